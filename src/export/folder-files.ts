import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** All files of a folder and of those in it, by their paths from it. */
export function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

/** @throws the signal's reason where it was aborted */
export function copyFiles(
  from: string,
  to: string,
  isWanted: (name: string) => boolean,
  signal: AbortSignal,
): void {
  for (const name of filesOf(from).filter(isWanted)) {
    signal.throwIfAborted();
    mkdirSync(dirname(join(to, name)), { recursive: true });
    copyFileSync(join(from, name), join(to, name));
  }
}

/** Of those files that are there. */
export function bytesOf(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
