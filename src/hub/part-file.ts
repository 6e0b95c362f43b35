/**
 * The file that a download is written to until it is whole: `<file>.<pid>-<n>.part` while a process writes it,
 * `<file>.part` when one has given up. Who takes one over renames it, which only one of several can do.
 */
import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../protocol/is-alive';

/** A process that has not written for so long is taken for dead: another one may have its number now. */
const longestSilence = 60 * 60_000;

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
export async function claimPart(file: string): Promise<string | ForeignPart> {
  const parts = await partsOf(file);
  const busy = parts.find(({ isBusy }) => isBusy);
  if (busy) return { bytes: busy.bytes };
  const own = `${file}.${process.pid}-${++made}.part`;
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
export async function releasePart(file: string, part: string): Promise<void> {
  const isEmpty = (await stat(part).catch(() => undefined))?.size === 0;
  if (isEmpty) await rm(part, { force: true });
  else await rename(part, `${file}.part`).catch(() => undefined);
}

/** Takes away what others left, once the file is whole. */
export async function removeParts(file: string): Promise<void> {
  for (const { path, isBusy } of await partsOf(file)) if (!isBusy) await rm(path, { force: true });
}

async function partsOf(file: string): Promise<{ path: string; bytes: number; isBusy: boolean }[]> {
  const folder = dirname(file);
  const prefix = `${basename(file)}.`;
  const found = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || !name.endsWith('.part')) continue;
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (!stats) continue;
    const [, pid] = /^(\d+)-\d+\.part$/.exec(name.slice(prefix.length)) ?? [];
    const isBusy = pid !== undefined && isAlive(Number(pid)) && Date.now() - stats.mtimeMs < longestSilence;
    found.push({ path, bytes: stats.size, isBusy });
  }
  return found;
}
