import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface FolderFile {
  /** Inside the folder, with forward slashes. */
  path: string;
  bytes: number;
}

/**
 * All files of a folder and of those in it, sorted by their paths. Links are not followed: they may lead out of the
 * folder, or in a circle.
 *
 * @param onLink hears of each link, by its path; by default they are left aside
 */
export function filesIn(folder: string, onLink: (path: string) => void = () => {}): FolderFile[] {
  const files: FolderFile[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = relative(folder, file).replaceAll('\\', '/');
    if (entry.isSymbolicLink()) onLink(path);
    if (entry.isFile()) files.push({ path, bytes: statSync(file).size });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether neither the file nor a folder that it is in has a name that begins with a dot. */
export function isVisible(path: string): boolean {
  return !path.split('/').some((name) => name.startsWith('.'));
}

export function totalBytes(files: readonly FolderFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
