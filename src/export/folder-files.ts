import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesIn } from '../runs/folder-files';

/** @throws the signal's reason where it was aborted */
export function copyFiles(
  from: string,
  to: string,
  isWanted: (name: string) => boolean,
  signal: AbortSignal,
): void {
  for (const name of filesIn(from)
    .map(({ path }) => path)
    .filter(isWanted)) {
    signal.throwIfAborted();
    mkdirSync(dirname(join(to, name)), { recursive: true });
    copyFileSync(join(from, name), join(to, name));
  }
}

/** Of those files that are there. */
export function bytesOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
