import { randomBytes } from 'node:crypto';
import { fchmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../experiment/cache-folder';
import { replaceFile, writeFully } from '../runs/atomic';

/**
 * What only this person's processes know, and no workspace that comes from elsewhere: made when it is first asked for.
 *
 * @param folder outside of all workspaces
 * @returns undefined where it can't be kept
 */
export function cacheSecret(folder = cacheFolder()): string | undefined {
  const file = join(folder, 'data-cache.secret');
  const known = readSecret(file);
  if (known) return known;
  try {
    mkdirSync(folder, { recursive: true });
    replaceFile(file, (fd) => {
      fchmodSync(fd, 0o600);
      writeFully(fd, Buffer.from(randomBytes(32).toString('hex')));
    });
  } catch {
    // It only saves time: without it nothing is kept.
    return undefined;
  }
  // Another process may have made one at the same time: the last one counts for both.
  return readSecret(file);
}

function readSecret(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return /^[0-9a-f]{64}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
