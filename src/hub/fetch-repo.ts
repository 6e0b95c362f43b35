/** What encoders and data sets have in common where they are fetched from the Hub into its cache. */
import { join } from 'node:path';
import { quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { type DownloadOptions, defaultFirstWait, defaultPatience, download, isWhole } from './download';
import {
  blobFile,
  type CachedRepo,
  cachedRepo,
  isCommit,
  linkSnapshot,
  snapshotFolder,
  writeRef,
} from './hub-cache';
import { hubCache, hubEndpoint, offlineVariable, readingToken } from './hub-environment';
import type { HubAccess } from './hub-fetch';
import { type HubFile, lookUpCommit } from './hub-listing';
import { type Asked, explainReading, HubRefusal, refusalOf } from './hub-refusal';
import { type HubRepo, pageOf } from './hub-repo';

export interface FetchOptions extends Omit<DownloadOptions, 'progress'> {
  /** Hears of the bytes that are to come, before the first one does; not where there is nothing to download. */
  onTotal?: (bytes: number) => void;
  /** Hears often of the bytes that came. */
  progress?: (done: number, total: number) => void;
  env?: NodeJS.ProcessEnv;
}

/** A repository of the Hub, and how it is got. */
export interface Source {
  asked: Asked;
  access: HubAccess;
  repo: CachedRepo;
}

export interface Wanted<Found> {
  repo: HubRepo;
  /** Its branch, tag or commit. */
  revision: string;
  options: FetchOptions;
  /** What else to do where the page cannot be had, a sentence. */
  instead(page: string): string;
  /** What the cache has of a revision, if it has all that is wanted. */
  find(revision: string): Found | undefined;
  /** Whether more than the files' names say that this is all; otherwise the Hub is asked where it can be. */
  isSure?(found: Found): boolean;
  /** Downloads what is missing of a commit. */
  fetchCommit(source: Source, commit: string): Promise<Found>;
}

/** Milliseconds: so long the Hub is waited for where the cache would do, as in Python. */
const shortPatience = 10_000;

/**
 * What the Hub's cache has of a revision, after downloading what is missing there. A commit that the cache surely
 * has is taken without asking; what may be a part of one, and a branch, are looked up, where there is a connection.
 *
 * Where the branch has moved, what the cache has of it is taken nevertheless, with a warning. Python would download the
 * newer commit; here a person was told that nothing is to be downloaded (or was asked for another size), and the runs of
 * an experiment should stay comparable.
 *
 * @throws HumanError where it cannot be had; the signal's reason where it was aborted. What came so far is kept.
 */
export async function fetchRepo<Found extends { commit?: string }>(
  wanted: Wanted<Found>,
): Promise<Found & { warning?: string }> {
  const { repo, revision, options, find, isSure = () => true } = wanted;
  const { env = process.env, signal } = options;
  const found = find(revision);
  if (found && isCommit(revision) && isSure(found)) return found;
  const offline = offlineVariable(env);
  if (offline !== undefined) {
    if (found) return found;
    throw isOffline(offline, repo, revision, env);
  }
  const source = sourceOf(wanted, env);
  let commit = revision;
  if (found || !isCommit(revision)) {
    try {
      commit = await lookUp(source, found !== undefined);
    } catch (error) {
      signal?.throwIfAborted();
      if (!found || !(error instanceof HumanError)) throw error;
      return { ...found, warning: `${error.message} What the cache has of ${repo.name} is used.` };
    }
  }
  if (!found) return wanted.fetchCommit(source, commit);
  if (found.commit === commit) return isSure(found) ? found : wanted.fetchCommit(source, commit);
  const newer = find(commit);
  // What may be a part of its files can be compared with no run: the newer ones are as good, and all there.
  if (!isSure(newer ?? found)) return wanted.fetchCommit(source, commit);
  if (!newer) return { ...found, warning: hasMoved(wanted, found, commit) };
  await writeRef(source.repo, revision, commit);
  return newer;
}

function hasMoved<Found extends { commit?: string }>(
  { repo, revision }: Wanted<Found>,
  { commit }: Found,
  newer: string,
): string {
  return `${quoteName(revision)} of ${repo.name} is ${newer} on the Hub by now, which is not downloaded: the commit in the cache is used, ${commit}. To start from the newer one, write "revision": "${newer}".`;
}

function sourceOf<Found>(
  { repo, revision, options, instead }: Wanted<Found>,
  env: NodeJS.ProcessEnv,
): Source {
  const { firstWait = defaultFirstWait, patience = defaultPatience, signal } = options;
  const endpoint = hubEndpoint(env);
  const token = readingToken(env);
  return {
    asked: { endpoint, repo, revision, hasToken: token !== undefined },
    access: { endpoint, token, signal, firstWait, patience, instead: instead(pageOf(repo, endpoint)) },
    repo: cachedRepo(repo, env),
  };
}

/** @param inHaste where the cache would do */
function lookUp(source: Source, inHaste: boolean): Promise<string> {
  const { asked, access } = source;
  const patience = Math.min(access.patience, shortPatience);
  const hasty = { ...access, patience, mostFailures: 0 };
  return explained(asked, () => lookUpCommit(inHaste ? hasty : access, asked.repo, asked.revision));
}

/** With the Hub's refusals in words. */
export async function explained<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof HubRefusal ? explainReading(error, asked) : error;
  }
}

/** Downloads those files of a commit that the cache lacks, and makes all of them a part of the commit's snapshot. */
export async function fetchFiles(
  source: Source,
  options: FetchOptions,
  commit: string,
  files: readonly HubFile[],
): Promise<void> {
  const { repo } = source;
  const snapshot = snapshotFolder(repo, commit);
  const missing: HubFile[] = [];
  for (const file of files) {
    const { path, bytes, checksum } = file;
    const isThere =
      (await isWhole(join(snapshot, path), bytes)) || (await isWhole(blobFile(repo, checksum.hex), bytes));
    if (!isThere) missing.push(file);
  }
  const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  if (missing.length > 0) options.onTotal?.(total);
  let done = 0;
  for (const file of files) {
    const isMissing = missing.includes(file);
    await fetchFile(source, options, commit, file, (part) => {
      if (isMissing) options.progress?.(done + part, total);
    });
    if (isMissing) done += file.bytes;
  }
}

/** Downloads a file of a commit, unless the cache has it, and makes it a part of the commit's snapshot. */
export async function fetchFile(
  { asked, access, repo }: Source,
  { signal }: FetchOptions,
  commit: string,
  { path, bytes, checksum }: HubFile,
  progress: (done: number) => void = () => {},
): Promise<void> {
  // Where there can be no links, Python moves the file itself there.
  if (await isWhole(join(snapshotFolder(repo, commit), path), bytes)) return;
  const { endpoint, token, instead, firstWait, patience } = access;
  const refused = (answer: Response) =>
    new URL(answer.url).origin === new URL(endpoint).origin
      ? explainReading(refusalOf(answer), asked)
      : undefined;
  await download(
    {
      url: `${pageOf(asked.repo, endpoint)}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`,
      file: blobFile(repo, checksum.hex),
      bytes,
      checksum,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ending: 'incomplete',
      instead,
      refused,
    },
    { signal, progress, firstWait, patience },
  );
  await linkSnapshot(repo, commit, path, { sum: checksum.hex, bytes });
}

function isOffline(variable: string, { name }: HubRepo, revision: string, env: NodeJS.ProcessEnv) {
  return new HumanError(
    `${variable} forbids to connect, and the cache has no whole ${quoteName(name)} (${revision}).`,
    { hint: `It is looked for in ${hubCache(env)}. Unset ${variable} to download it once.` },
  );
}
