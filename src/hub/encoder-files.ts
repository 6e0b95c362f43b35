import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { weightsFile, weightsIndex } from '../runs/shard-index';
import { hasVocabulary, plainFiles, shardsOf } from './encoder-parts';
import { explained, type FetchOptions, fetchFile, fetchFiles, fetchRepo, type Source } from './fetch-repo';
import { type FoundEncoder, findEncoder } from './find-encoder';
import { isCommit, markAbsent, snapshotFolder, writeRef } from './hub-cache';
import { type HubFile, listCommit } from './hub-listing';
import type { Asked } from './hub-refusal';
import { pageOf } from './hub-repo';

export interface EncoderRequest extends FetchOptions {
  /** As an experiment names it: a folder, or a model of the Hub. */
  encoder: string;
  /** The branch, tag or commit of a model of the Hub. */
  revision: string;
  /** The experiment's. */
  folder: string;
}

export interface FetchedEncoder extends FoundEncoder {
  /** What to tell, where what the cache has is taken though it may not be the newest. */
  warning?: string;
}

/**
 * The folder of an experiment's encoder: its own, or that of the Hub's cache, after downloading what is missing
 * there, as `fetchRepo` does.
 *
 * @throws HumanError where it cannot be had; the signal's reason where it was aborted. What came so far is kept.
 */
export async function fetchEncoder(request: EncoderRequest): Promise<FetchedEncoder> {
  const { encoder, revision, folder, env = process.env } = request;
  const find = (at: string) => findEncoder(encoder, at, folder, env);
  const found = find(revision);
  if (found && found.commit === undefined) return found;
  return fetchRepo<FoundEncoder>({
    repo: { type: 'model', name: encoder },
    ...{ revision, find, options: request },
    instead: (page) => `Or get the files of ${page} by other means, and name their folder as the encoder.`,
    fetchCommit: (source, commit) => fetchCommit(source, request, commit),
  });
}

async function fetchCommit(source: Source, request: EncoderRequest, commit: string): Promise<FoundEncoder> {
  const { asked, access, repo } = source;
  const listed = await explained(asked, () => listCommit(access, asked.repo, commit));
  checkListing(listed, asked);
  const snapshot = snapshotFolder(repo, commit);
  let names = [...plainFiles, weightsFile];
  if (!listed.has(weightsFile)) {
    // Only the index says which files there are; it is small.
    await fetchFile(source, request, commit, listed.get(weightsIndex)!);
    names = [...plainFiles, weightsIndex, ...(await shardNames(join(snapshot, weightsIndex), listed, asked))];
  }
  const files = names.flatMap((name) => listed.get(name) ?? []);
  await fetchFiles(source, request, commit, files);
  for (const name of plainFiles) if (!listed.has(name)) await markAbsent(repo, commit, name);
  if (!isCommit(asked.revision)) await writeRef(repo, asked.revision, commit);
  return { folder: snapshot, commit };
}

/** @throws HumanError where a model is no encoder that could be read */
function checkListing(listed: ReadonlyMap<string, HubFile>, { endpoint, repo, revision }: Asked): void {
  const has = (file: string) => listed.has(file);
  const { name } = repo;
  const page = pageOf(repo, endpoint);
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
  { repo, endpoint }: Asked,
): Promise<string[]> {
  const shards = shardsOf(await readFile(index, 'utf8'));
  const lost = shards?.find((shard) => !listed.has(shard));
  if (shards && lost === undefined) return shards;
  const what =
    lost === undefined ? `does not say where the weights are` : `names ${lost}, which is not there`;
  throw new HumanError(`The ${weightsIndex} of ${quoteName(repo.name)} ${what}.`, {
    hint: `The model is not whole: look at ${pageOf(repo, endpoint)}.`,
  });
}
