import { resolve } from 'node:path';
import { dataCacheFolder } from '../runs/paths';
import { DataCache } from '../store/data-cache';
import { cacheSecret } from './cache-secret';
import { version } from './version';

const caches = new Map<string, DataCache>();

/**
 * What is kept of the data files of a workspace. It lies in the workspace itself: texts are copied to no other place
 * than the one that their owner chose for what is made of them, and go when that is deleted.
 *
 * What a workspace brings along is none of it: another's entries could say of the data files what is not in them.
 *
 * @returns undefined where nothing can be told from what others have put there
 */
export function dataCacheOf(root: string): DataCache | undefined {
  const folder = dataCacheFolder(resolve(root));
  const known = caches.get(folder);
  if (known) return known;
  const secret = cacheSecret();
  if (!secret) return undefined;
  const cache = new DataCache(folder, { version, secret });
  caches.set(folder, cache);
  return cache;
}
