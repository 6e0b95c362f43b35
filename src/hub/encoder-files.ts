import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { weightsFile, weightsIndex } from '../runs/shard-index';
import { type DownloadOptions, defaultFirstWait, defaultPatience, download, isWhole } from './download';
import { hasVocabulary, plainFiles, shardsOf } from './encoder-parts';
import { type FoundEncoder, findEncoder } from './find-encoder';
import {
  blobFile,
  type CachedRepo,
  cachedRepo,
  isCommit,
  linkSnapshot,
  markAbsent,
  snapshotFolder,
  writeRef,
} from './hub-cache';
import { hubCache, hubEndpoint, offlineVariable, readingToken } from './hub-environment';
import type { HubAccess } from './hub-fetch';
import { type HubFile, listCommit, lookUpCommit } from './hub-listing';
import { type Asked, explainReading, HubRefusal, refusalOf } from './hub-refusal';

export interface EncoderRequest extends Omit<DownloadOptions, 'progress'> {
  /** As an experiment names it: a folder, or a model of the Hub. */
  encoder: string;
  /** The branch, tag or commit of a model of the Hub. */
  revision: string;
  /** The experiment's. */
  folder: string;
  /** Hears of the bytes that are to come, before the first one does; not where there is nothing to download. */
  onTotal?: (bytes: number) => void;
  /** Hears often of the bytes that came. */
  progress?: (done: number, total: number) => void;
  env?: NodeJS.ProcessEnv;
}

export interface FetchedEncoder extends FoundEncoder {
  /** What to tell, where what the cache has is taken though it may not be the newest. */
  warning?: string;
}

/** Milliseconds: so long the Hub is waited for where the cache has the encoder, as in Python. */
const shortPatience = 10_000;

/**
 * The folder of an experiment's encoder: its own, or that of the Hub's cache, after downloading what is missing
 * there. A commit that the cache has is taken without asking; a branch is looked up, where there is a connection.
 *
 * Where the branch has moved, what the cache has of it is taken nevertheless, with a warning. Python would download the
 * newer commit; here a person was told that nothing is to be downloaded (or was asked for another size), and the runs of
 * an experiment should stay comparable.
 *
 * @throws HumanError where it cannot be had; the signal's reason where it was aborted. What came so far is kept.
 */
export async function fetchEncoder(request: EncoderRequest): Promise<FetchedEncoder> {
  const { encoder, revision, folder, env = process.env, signal } = request;
  const found = findEncoder(encoder, revision, folder, env);
  if (found && (found.commit === undefined || isCommit(revision))) return found;
  const offline = offlineVariable(env);
  if (offline !== undefined) {
    if (found) return found;
    throw isOffline(offline, request, env);
  }
  const source = sourceOf(request, env);
  let commit = revision;
  if (!isCommit(revision)) {
    try {
      commit = await lookUp(source, found !== undefined);
    } catch (error) {
      signal?.throwIfAborted();
      if (!found || !(error instanceof HumanError)) throw error;
      return { ...found, warning: `${error.message} What the cache has of ${encoder} is used.` };
    }
  }
  if (!found) return fetchCommit(source, request, commit);
  if (found.commit === commit) return found;
  const newer = findEncoder(encoder, commit, folder, env);
  if (!newer) return { ...found, warning: hasMoved(request, found, commit) };
  await writeRef(source.repo, revision, commit);
  return newer;
}

function hasMoved({ encoder, revision }: EncoderRequest, { commit }: FoundEncoder, newer: string): string {
  return `${quoteName(revision)} of ${encoder} is ${newer} on the Hub by now, which is not downloaded: the commit in the cache is used, ${commit}. To start from the newer one, write "revision": "${newer}".`;
}

/** A model of the Hub, and how it is got. */
interface Source {
  asked: Asked;
  access: HubAccess;
  repo: CachedRepo;
}

function sourceOf(request: EncoderRequest, env: NodeJS.ProcessEnv): Source {
  const { encoder: name, revision, signal } = request;
  const { firstWait = defaultFirstWait, patience = defaultPatience } = request;
  const endpoint = hubEndpoint(env);
  const token = readingToken(env);
  const instead = `Or get the files of ${endpoint}/${name} by other means, and name their folder as the encoder.`;
  return {
    asked: { endpoint, name, revision, hasToken: token !== undefined },
    access: { endpoint, token, signal, firstWait, patience, instead },
    repo: cachedRepo(name, env),
  };
}

/** @param inHaste where the cache would do */
function lookUp(source: Source, inHaste: boolean): Promise<string> {
  const { asked, access } = source;
  const patience = Math.min(access.patience, shortPatience);
  const hasty = { ...access, patience, mostFailures: 0 };
  return explained(asked, () => lookUpCommit(inHaste ? hasty : access, asked.name, asked.revision));
}

async function explained<T>(asked: Asked, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof HubRefusal ? explainReading(error, asked) : error;
  }
}

async function fetchCommit(source: Source, request: EncoderRequest, commit: string): Promise<FetchedEncoder> {
  const { asked, access, repo } = source;
  const listed = await explained(asked, () => listCommit(access, asked.name, commit));
  checkListing(listed, asked);
  const snapshot = snapshotFolder(repo, commit);
  const isThere = async ({ path, bytes, checksum }: HubFile) =>
    (await isWhole(join(snapshot, path), bytes)) || (await isWhole(blobFile(repo, checksum.hex), bytes));
  const fetchFile = (file: HubFile, progress: (done: number) => void) =>
    fetchBlob(source, request, commit, file, progress);

  let names = [...plainFiles, weightsFile];
  if (!listed.has(weightsFile)) {
    // Only the index says which files there are; it is small.
    await fetchFile(listed.get(weightsIndex)!, () => {});
    names = [...plainFiles, weightsIndex, ...(await shardNames(join(snapshot, weightsIndex), listed, asked))];
  }
  const files = names.flatMap((name) => listed.get(name) ?? []);
  const missing: HubFile[] = [];
  for (const file of files) if (!(await isThere(file))) missing.push(file);
  const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  if (missing.length > 0) request.onTotal?.(total);
  let done = 0;
  for (const file of files) {
    const isMissing = missing.includes(file);
    await fetchFile(file, (part) => isMissing && request.progress?.(done + part, total));
    if (isMissing) done += file.bytes;
  }
  for (const name of plainFiles) if (!listed.has(name)) await markAbsent(repo, commit, name);
  if (!isCommit(asked.revision)) await writeRef(repo, asked.revision, commit);
  return { folder: snapshot, commit };
}

/** Downloads a file of a commit, unless the cache has it, and makes it a part of the commit's snapshot. */
async function fetchBlob(
  { asked, access, repo }: Source,
  { signal }: EncoderRequest,
  commit: string,
  { path, bytes, checksum }: HubFile,
  progress: (done: number) => void,
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
      url: `${endpoint}/${asked.name}/resolve/${commit}/${path}`,
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

/** @throws HumanError where a model is no encoder that could be read */
function checkListing(listed: ReadonlyMap<string, HubFile>, { endpoint, name, revision }: Asked): void {
  const has = (file: string) => listed.has(file);
  const page = `${endpoint}/${name}`;
  const lacks = (what: string, hint: string) => new HumanError(`${quoteName(name)} ${what}.`, { hint });
  if (!has('config.json'))
    throw lacks('has no config.json: it is no encoder of transformers', `Look at ${page}.`);
  if (!has(weightsFile) && !has(weightsIndex)) {
    const others = [...listed.keys()].filter((file) => /\.(?:bin|h5|msgpack|pt|pth|ckpt|onnx)$/.test(file));
    throw lacks(
      `has no ${weightsFile}${others.length > 0 ? `, only ${others.slice(0, 3).join(', ')}` : ''}`,
      `Only safetensors are read. Look whether a pull request at ${page}/discussions adds them (then "revision": "refs/pr/1", say), or convert it in Python and name the folder as the encoder: from transformers import AutoModel, AutoTokenizer; AutoModel.from_pretrained("${name}", revision="${revision}").save_pretrained("encoder"); AutoTokenizer.from_pretrained("${name}", revision="${revision}").save_pretrained("encoder")`,
    );
  }
  if (!hasVocabulary(has))
    throw lacks('has no tokenizer.json, nor a vocabulary that could do instead', `Look at ${page}.`);
}

async function shardNames(
  index: string,
  listed: ReadonlyMap<string, HubFile>,
  { name, endpoint }: Asked,
): Promise<string[]> {
  const shards = shardsOf(await readFile(index, 'utf8'));
  const lost = shards?.find((shard) => !listed.has(shard));
  if (shards && lost === undefined) return shards;
  const what =
    lost === undefined ? `does not say where the weights are` : `names ${lost}, which is not there`;
  throw new HumanError(`The ${weightsIndex} of ${quoteName(name)} ${what}.`, {
    hint: `The model is not whole: look at ${endpoint}/${name}.`,
  });
}

function isOffline(variable: string, { encoder, revision }: EncoderRequest, env: NodeJS.ProcessEnv) {
  return new HumanError(
    `${variable} forbids to connect, and the cache has no whole ${quoteName(encoder)} (${revision}).`,
    { hint: `It is looked for in ${hubCache(env)}. Unset ${variable} to download it once.` },
  );
}
