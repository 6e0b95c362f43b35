/** Word vectors that an experiment may name instead of a file: they are downloaded once, then kept. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder';
import type { Experiment } from './schema';

export interface KnownVectors {
  /** As an experiment names them. */
  name: string;
  /** Numbers in each vector: `model.embedding.size`. */
  size: number;
  url: string;
  /** Of the file as it is downloaded, and kept. */
  bytes: number;
  /** Of the same, in hexadecimal. */
  md5: string;
}

/**
 * GloVe 6B (Pennington, Socher and Manning 2014; 400 000 lower-case words of Wikipedia 2014 and Gigaword 5; public
 * domain) as gensim-data publishes it: word2vec's text format, gzipped, a file for each size. Bytes and MD5
 * are `file_size` and `checksum` of https://raw.githubusercontent.com/RaRe-Technologies/gensim-data/master/list.json.
 * `TEXTCLF_GLOVE_URL` names a mirror that has the four files in one folder.
 */
const glove: { size: number; bytes: number; md5: string }[] = [
  { size: 50, bytes: 69_182_535, md5: 'c289bc5d7f2f02c6dc9f2f9b67641813' },
  { size: 100, bytes: 134_300_434, md5: '40ec481866001177b8cd4cb0df92924f' },
  { size: 200, bytes: 264_336_934, md5: '59652db361b7a87ee73834a6c391dfc1' },
  { size: 300, bytes: 394_362_229, md5: '29e9329ac2241937d55b852e8284e89b' },
];
const releases = 'https://github.com/RaRe-Technologies/gensim-data/releases/download';

export const knownVectorNames: readonly string[] = glove.map(({ size }) => nameOf(size));

/** The vectors of this name; undefined where it must be a path. */
export function knownVectors(name: string, env: NodeJS.ProcessEnv = process.env): KnownVectors | undefined {
  const found = glove.find(({ size }) => nameOf(size) === name);
  if (!found) return undefined;
  const asset = `glove-wiki-gigaword-${found.size}`;
  const mirror = env.TEXTCLF_GLOVE_URL?.replace(/\/+$/, '');
  return { name, ...found, url: `${mirror || `${releases}/${asset}`}/${asset}.gz` };
}

function nameOf(size: number): string {
  return `glove.6B.${size}d`;
}

/** Where these vectors are kept. */
export function cachedVectors({ name }: KnownVectors, env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), 'vectors', `${name}.word2vec.txt.gz`);
}

export interface VectorsDownload {
  name: string;
  bytes: number;
  /** Where it would be kept. */
  file: string;
}

/** What training this experiment would have to download first. */
export function vectorsDownload(
  { model }: Experiment,
  env: NodeJS.ProcessEnv = process.env,
): VectorsDownload | undefined {
  return 'embedding' in model ? downloadOf(model.embedding.vectors ?? '', env) : undefined;
}

/** The same with what its search may put in the place of the vectors, or of the whole model. */
export function possibleDownloads(
  { model, search }: Experiment,
  env: NodeJS.ProcessEnv = process.env,
): VectorsDownload[] {
  const own = 'embedding' in model ? model.embedding.vectors : undefined;
  const names = new Set(textsIn([own, search?.options]));
  return [...names].flatMap((name) => downloadOf(name, env) ?? []);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function downloadOf(name: string, env: NodeJS.ProcessEnv): VectorsDownload | undefined {
  const known = knownVectors(name, env);
  if (!known) return undefined;
  const file = cachedVectors(known, env);
  if (statSync(file, { throwIfNoEntry: false })?.size === known.bytes) return undefined;
  return { name: known.name, bytes: known.bytes, file };
}
