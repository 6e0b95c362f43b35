import { didYouMeanHint, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { type HubRepo, kindOf, pageOf } from './hub-repo';

/** The Hub answered, and said no. */
export class HubRefusal extends Error {
  constructor(
    readonly status: number,
    /** Its header `X-Error-Code`: RepoNotFound, RevisionNotFound, EntryNotFound, GatedRepo. */
    readonly code: string | undefined,
    /** What it says about it, in words; whatever the server likes. */
    readonly says: string | undefined,
  ) {
    super(`status ${status}`);
  }
}

/** The refusal that an answer is; what it says is read elsewhere. */
export function refusalOf({ status, headers }: Response, says?: string): HubRefusal {
  return new HubRefusal(status, headers.get('x-error-code') ?? undefined, says);
}

export interface Asked {
  endpoint: string;
  /** As the person names it. */
  repo: HubRepo;
  revision: string;
  hasToken: boolean;
}

/** What it means that the Hub does not give a model or a data set, or a file of it. */
export function explainReading(
  refusal: HubRefusal,
  { endpoint, repo, revision, hasToken }: Asked,
): HumanError {
  const { host } = new URL(endpoint);
  const { noun, known } = kindOf(repo);
  const page = pageOf(repo, endpoint);
  const it = quoteName(repo.name);
  const human = (message: string, hint: string) => new HumanError(message, { hint, cause: refusal });
  const { status, code } = refusal;
  if (code === 'GatedRepo' || status === 403) {
    return human(
      `${host} gives ${it} only to those who were let in (status ${status}).`,
      `Accept its licence at ${page}, and ${hasToken ? 'use a token of the same account, allowed to read it' : 'set HF_TOKEN to a token of your account'}.`,
    );
  }
  const token = hasToken
    ? `A private ${noun} needs a token that may read it: see HF_TOKEN.`
    : `For a private ${noun}, or one whose licence is to be accepted at ${page}, set HF_TOKEN.`;
  if (code === 'RevisionNotFound')
    return human(
      `${it} has no branch, tag or commit ${quoteName(revision)} on ${host}.`,
      `Look at ${page}; "main" is the usual one.`,
    );
  const meant = didYouMeanHint(
    repo.name,
    known.filter((name) => name !== repo.name),
  );
  if (status === 401 && hasToken && code !== 'RepoNotFound')
    return human(
      `${host} does not accept the access token for ${it} (status 401).`,
      `${meant}Make a new one at ${endpoint}/settings/tokens and set HF_TOKEN, or unset it: public ${noun}s need none.`,
    );
  if (status === 401 || status === 404 || status === 410)
    return human(`There is no ${noun} ${it} on ${host} that may be read (status ${status}).`, meant + token);
  return human(`${host} does not give ${it} (status ${status}${inWords(refusal)}).`, `Look at ${page}.`);
}

/** What it means that the Hub does not take a model. */
export function explainWriting(refusal: HubRefusal, endpoint: string, name: string): HumanError {
  const { host } = new URL(endpoint);
  const human = (message: string, hint: string) => new HumanError(message, { hint, cause: refusal });
  const { status } = refusal;
  const tokens = `${endpoint}/settings/tokens`;
  if (status === 401)
    return human(`${host} does not accept the access token (status 401).`, `Make a new one at ${tokens}.`);
  if (status === 403)
    return human(
      `The access token may not write to ${quoteName(name)} (status 403${inWords(refusal)}).`,
      `Make one that may write at ${tokens}, and look whether the organisation's name is right and you are a member.`,
    );
  if (status === 409 || status === 412)
    return human(
      `${quoteName(name)} was changed by somebody else at the same time (status ${status}).`,
      'Try again.',
    );
  if (status === 404)
    return human(`There is no place for ${quoteName(name)} on ${host} (status 404).`, 'Check the name.');
  return human(
    `${host} does not take ${quoteName(name)} (status ${status}${inWords(refusal)}).`,
    `Look at ${endpoint}/${name}.`,
  );
}

function inWords({ says }: HubRefusal): string {
  return says === undefined ? '' : `: ${says}`;
}
