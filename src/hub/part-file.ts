/**
 * The file that a download is written to until it is whole: `<file>.<pid>-<n>.part` while a process writes it,
 * `<file>.part` when one has given up. Who takes one over renames it, which only one of several can do.
 */
import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../protocol/is-alive';

/**
 * How the names of parts end. `incomplete` is that of the Hugging Face Hub's cache, where Python's library lists,
 * prunes, and in its older versions makes and goes on with `<file>.incomplete` too.
 */
export type PartEnding = 'part' | 'incomplete';

/** A process that has not written for so long is taken for dead: another one may have its number now. */
const longestSilence = 60 * 60_000;
/** Others don't say who they are: what was written to so lately may still be. */
const foreignSilence = 30_000;

let made = 0;

/** A part that another process, or another download of this one, is writing. */
export interface ForeignPart {
  bytes: number;
}

/**
 * Takes over what an earlier download left, or begins anew; undefined while somebody else is downloading the file.
 *
 * @returns the path of the part
 */
export async function claimPart(file: string, ending: PartEnding): Promise<string | ForeignPart> {
  const parts = await partsOf(file, ending);
  const busy = parts.find(({ isBusy }) => isBusy);
  if (busy) return { bytes: busy.bytes };
  const own = `${file}.${process.pid}-${++made}.${ending}`;
  for (const { path } of parts.sort((a, b) => b.bytes - a.bytes)) {
    const isMine = await rename(path, own).then(
      () => true,
      () => false,
    );
    if (!isMine) continue;
    // It may be old; from now on somebody is at it.
    await utimes(own, new Date(), new Date()).catch(() => undefined);
    return own;
  }
  await writeFile(own, '', { flag: 'wx' });
  return own;
}

/** Leaves a part, if there is anything in it, for a later download to go on with. */
export async function releasePart(file: string, part: string, ending: PartEnding): Promise<void> {
  const isEmpty = (await stat(part).catch(() => undefined))?.size === 0;
  if (isEmpty) return rm(part, { force: true });
  // Nobody writes to it any more, which its time is to say at once.
  const past = new Date(Date.now() - 2 * foreignSilence);
  await utimes(part, past, past).catch(() => undefined);
  await rename(part, `${file}.${ending}`).catch(() => undefined);
}

/** Takes away what others left, once the file is whole. */
export async function removeParts(file: string, ending: PartEnding): Promise<void> {
  for (const { path, isBusy } of await partsOf(file, ending)) if (!isBusy) await rm(path, { force: true });
}

async function partsOf(
  file: string,
  ending: PartEnding,
): Promise<{ path: string; bytes: number; isBusy: boolean }[]> {
  const folder = dirname(file);
  const prefix = `${basename(file)}.`;
  const found = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const [, pid, end] = /^(?:(\d+)-\d+\.)?([a-z]+)$/.exec(name.slice(prefix.length)) ?? [];
    if (end !== ending) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (!stats) continue;
    const silence = Date.now() - stats.mtimeMs;
    const isBusy =
      pid === undefined
        ? ending === 'incomplete' && silence < foreignSilence
        : isAlive(Number(pid)) && silence < longestSilence;
    found.push({ path, bytes: stats.size, isBusy });
  }
  return found;
}
