import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createRepo, HubApiError, modelInfo, uploadFiles, whoAmI } from '@huggingface/hub';
import { quoteName } from '../protocol/did-you-mean';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { type FolderFile, filesIn, isVisible, totalBytes } from '../runs/folder-files';
import { defaultFirstWait } from './download';
import { hubEndpoint, hubToken, offlineVariable } from './hub-environment';
import { asTheHub, type HubAccess, hubFetch } from './hub-fetch';
import { isHubName } from './hub-name';
import { explainWriting, HubRefusal } from './hub-refusal';

export interface PushRequest {
  /** A model's; all of its files are sent, but those whose name begins with a dot. */
  folder: string;
  /** `organisation/name`, or `name` for one's own. */
  repo: string;
  /** Whether only oneself may see a repository that is made; true unless told. */
  private?: boolean;
  /** Where it is not that of the environment. */
  token?: string | undefined;
  /** Of the commit. */
  message?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Hears of the bytes that were sent. */
  progress?: (done: number, total: number) => void;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds before the first retry. */
  firstWait?: number;
  /** Milliseconds without a byte after which a connection is given up; a large commit takes the Hub its time. */
  patience?: number;
}

export interface PushedModel {
  url: string;
  commit: string;
}

/**
 * The files that would be sent of a model's folder, sorted by their path.
 *
 * @throws HumanError where there is a link among them: what it leads to may be anything
 */
export function filesToPush(folder: string): FolderFile[] {
  const refuse = (path: string) => {
    if (!isVisible(path)) return;
    throw new HumanError(`${path} is a link: what it leads to is not sent with the model.`, {
      place: { file: join(folder, path) },
      hint: 'Put the file itself there, or take the link away.',
    });
  };
  try {
    return filesIn(folder, refuse).filter(({ path }) => isVisible(path));
  } catch (error) {
    throw fileError('reading', folder, error);
  }
}

/**
 * Sends a model's folder to the Hugging Face Hub in one commit, into a repository that is made where there is none.
 *
 * @throws HumanError where it cannot be sent; the signal's reason where it was aborted
 */
export async function pushModel(request: PushRequest): Promise<PushedModel> {
  const { folder, env = process.env, signal, message = 'Upload a text classifier', progress } = request;
  const token = tokenFor(request, env);
  const files = filesToPush(folder);
  if (!files.some(({ path }) => path === 'config.json'))
    throw new HumanError(`${folder} is no folder of a model: it has no config.json.`);
  const total = totalBytes(files);
  let done = 0;
  const onSent = (bytes: number) => {
    done += bytes;
    progress?.(done, total);
  };
  const { firstWait = defaultFirstWait, patience = 120_000 } = request;
  const endpoint = hubEndpoint(env);
  const access = { endpoint, token, signal, firstWait, patience, onSent, instead: '' };
  try {
    const name = await makeRepo(access, request);
    const upload = {
      repo: { type: 'model', name } as const,
      files: files.map(({ path }) => ({ path, content: pathToFileURL(join(folder, path)) })),
      commitTitle: message,
      hubUrl: endpoint,
      fetch: hubFetch(access),
      // The plain protocol, which tells how far it is and which mirrors know too.
      useXet: false,
      ...(signal ? { abortSignal: signal } : {}),
    };
    const commit = await asTheHub(access, async () => (await uploadFiles(upload))!.commit.oid);
    progress?.(total, total);
    return { url: `${endpoint}/${name}`, commit };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof HubRefusal) throw explainWriting(error, endpoint, request.repo);
    // The Hub takes some files and not others, and says so inside of a good answer.
    if (error instanceof HubApiError)
      throw explainWriting(
        new HubRefusal(error.statusCode, undefined, error.message),
        endpoint,
        request.repo,
      );
    throw fileError('reading', folder, error);
  }
}

function tokenFor({ repo, token }: PushRequest, env: NodeJS.ProcessEnv): string {
  if (!isHubName(repo)) {
    throw new HumanError(`${quoteName(repo)} is no name for a model on the Hugging Face Hub.`, {
      hint: 'It is "organisation/name", or "name" for one of your own: letters, digits, - _ and .',
    });
  }
  const offline = offlineVariable(env);
  if (offline !== undefined)
    throw new HumanError(`${offline} forbids to connect to the Hugging Face Hub.`, {
      hint: `Unset ${offline} to send a model there.`,
    });
  const own = hubToken(token === undefined ? env : { ...env, HF_TOKEN: token });
  if (own !== undefined) return own;
  throw new HumanError('Sending a model to the Hugging Face Hub needs an access token that may write.', {
    hint: `Make one at ${hubEndpoint(env)}/settings/tokens and set HF_TOKEN, or log in: hf auth login.`,
  });
}

/** Makes the repository, unless it is there; its whole name. */
async function makeRepo(access: HubAccess, request: PushRequest): Promise<string> {
  const options = { hubUrl: access.endpoint, fetch: hubFetch(access), accessToken: '' };
  const owner = () => asTheHub(access, async () => (await whoAmI(options)).name);
  const name = request.repo.includes('/') ? request.repo : `${await owner()}/${request.repo}`;
  const isPrivate = request.private ?? true;
  try {
    const visibility = isPrivate ? 'private' : 'public';
    await asTheHub(access, () => createRepo({ ...options, repo: { type: 'model', name }, visibility }));
  } catch (error) {
    if (!(error instanceof HubRefusal) || error.status !== 409) throw error;
    // It is there. What was meant for few must not be seen by all.
    const found = () => asTheHub(access, () => modelInfo({ ...options, name, revision: 'main' }));
    if (isPrivate && !(await found()).private) {
      throw new HumanError(`${quoteName(name)} is there already, and everybody can see it.`, {
        hint: 'Choose another name, or say that the model may be public.',
      });
    }
  }
  return name;
}
