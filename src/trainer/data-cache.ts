import { resolve } from 'node:path';
import { dataCacheFolder } from '../runs/paths';
import { DataCache } from '../store/data-cache';
import { version } from './version';

const caches = new Map<string, DataCache>();

/**
 * What is kept of the data files of a workspace. It lies in the workspace itself: texts are copied to no other place
 * than the one that their owner chose for what is made of them, and go when that is deleted.
 */
export function dataCacheOf(root: string): DataCache {
  const folder = dataCacheFolder(resolve(root));
  const known = caches.get(folder) ?? new DataCache(folder, { version });
  caches.set(folder, known);
  return known;
}
