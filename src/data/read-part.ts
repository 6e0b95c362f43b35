import { createHash } from 'node:crypto';
import type { Room } from '../store/byte-writer';
import type { DataCache } from '../store/data-cache';
import { rememberDigest, rememberedDigest, type Stamp, stampOf } from './file-digests';
import { keepRows, readKeptRows } from './kept-rows';
import { type ReadOptions, readRows } from './read';
import { RowCollector, type RowColumns } from './row-store';
import type { DataFile } from './sources';

export interface PartSettings {
  /** Where texts go; without it they are not wanted. */
  readonly room: Room | undefined;
  /** Keeps what was read for the next time. */
  readonly cache?: DataCache | undefined;
}

export interface ReadPart {
  readonly columns: RowColumns;
  /** SHA-256 (hexadecimal) of the contents of each file. */
  readonly digests: readonly string[];
}

/** Reads the rows of data files one after the other; those that are kept and have not changed are not read again. */
export async function readPart(
  files: readonly DataFile[],
  options: ReadOptions,
  { room, cache }: PartSettings,
): Promise<ReadPart> {
  const startedAt = Date.now();
  const stamps = cache ? await Promise.all(files.map(stampIfThere)) : [];
  const known = files.map((file, i) => stamps[i] && rememberedDigest(cache!, file, stamps[i]));
  const isKnown = known.every((digest) => digest !== undefined);
  const kept =
    cache && isKnown && room
      ? readKeptRows(cache, keyOf(cache, files, known, options), files, room)
      : undefined;
  if (kept && isKnown) return { columns: kept, digests: known };

  const { columns, digests, problems } = await readAll(files, options, room);
  if (!cache) return { columns, digests };
  let areSure = true;
  for (const [i, file] of files.entries()) {
    const stamp = stamps[i];
    const isSure = stamp && (await rememberDigest(cache, file, digests[i]!, stamp, startedAt));
    areSure &&= isSure === true;
  }
  // What is kept has no row that was left out, and none of a file that changed between its digest and its rows.
  if (areSure && problems === 0) keepRows(cache, keyOf(cache, files, digests, options), files, columns);
  return { columns, digests };
}

/** A file that is not there is told of when it is read. */
async function stampIfThere(file: DataFile): Promise<Stamp | undefined> {
  return stampOf(file).catch(() => undefined);
}

async function readAll(files: readonly DataFile[], options: ReadOptions, room: Room | undefined) {
  const collector = new RowCollector(room);
  const digests: string[] = [];
  let problems = 0;
  const onProblem: ReadOptions['onProblem'] = (problem) => {
    problems++;
    options.onProblem!(problem);
  };
  for (const file of files) {
    const contents = createHash('sha256');
    const observe = (_: string, bytes: Buffer) => {
      contents.update(bytes);
    };
    const reading = { ...options, observe, ...(options.onProblem ? { onProblem } : {}) };
    await readRows(file, reading, (row) => collector.add(row));
    digests.push(contents.digest('hex'));
  }
  return { columns: collector.finish(), digests, problems };
}

/** Of all that decides what the rows are, their files' names aside. */
function keyOf(
  cache: DataCache,
  files: readonly DataFile[],
  digests: readonly string[],
  { text, label, labels, task, labelSeparator }: ReadOptions,
): string {
  const contents = files.map(({ format, gzipped }, i) => [format, gzipped, digests[i]]);
  return cache.keyOf('rows', contents, [text, label, labels, task, labelSeparator]);
}
