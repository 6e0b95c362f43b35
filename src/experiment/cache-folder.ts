import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where downloaded files are kept: `TEXTCLF_CACHE`, or a folder where the system keeps its caches.
 *
 * @param env defaults to the process's own environment
 */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.TEXTCLF_CACHE) return env.TEXTCLF_CACHE;
  if (platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'textclf', 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'textclf');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'textclf');
}
