import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { DataCache } from '../store/data-cache';
import type { DataFile } from './sources';

/** What the system says of a file without reading it. */
export interface Stamp {
  readonly text: string;
  /** When it was last changed (ms since 1970). */
  readonly changedAt: number;
}

const remembered = z.strictObject({ stamp: z.string(), digest: z.string() });

/**
 * The stamp of a file; of a folder, of all that is in it. The time of its last change (`ctime`) is part of it, which no
 * program can set back.
 */
export async function stampOf({ file, format }: DataFile): Promise<Stamp> {
  if (format !== 'folder') return stampOfFile(file);
  const all = createHash('sha256');
  let changedAt = 0;
  const names = (await readdir(file, { recursive: true })).sort();
  for (let start = 0; start < names.length; start += atOnce) {
    const block = names.slice(start, start + atOnce);
    const stamps = await Promise.all(block.map((name) => stampOfFile(join(file, name))));
    for (const [i, stamp] of stamps.entries()) {
      all.update(`${JSON.stringify(block[i])} ${stamp.text}\n`);
      changedAt = Math.max(changedAt, stamp.changedAt);
    }
  }
  return { text: all.digest('hex'), changedAt };
}

const atOnce = 64;

async function stampOfFile(file: string): Promise<Stamp> {
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = await stat(file, { bigint: true });
  return {
    text: [dev, ino, size, mtimeNs, ctimeNs].join(' '),
    changedAt: Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs),
  };
}

/** The digest of a file's contents if it is known and the file has not changed since. */
export function rememberedDigest(cache: DataCache, data: DataFile, stamp: Stamp): string | undefined {
  const known = cache.read(keyOf(cache, data), ({ meta }) => remembered.parse(meta));
  return known?.stamp === stamp.text ? known.digest : undefined;
}

/**
 * Remembers the digest of a file's contents, if they are sure to be what the stamp stands for.
 *
 * @param stamp of before it was read
 * @param startedAt when that was (ms since 1970)
 * @returns whether they are
 */
export async function rememberDigest(
  cache: DataCache,
  data: DataFile,
  digest: string,
  stamp: Stamp,
  startedAt: number,
): Promise<boolean> {
  // A change within the same tick of the file system's clock would leave no trace.
  if (stamp.changedAt > startedAt - cache.coarsestClock) return false;
  const after = await stampOf(data);
  if (after.text !== stamp.text) return false;
  cache.write(keyOf(cache, data), { stamp: stamp.text, digest }, {});
  return true;
}

function keyOf(cache: DataCache, { file, format }: DataFile): string {
  return cache.keyOf('digest', file, format);
}
