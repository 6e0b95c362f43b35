/**
 * The cache that all users of the Hugging Face Hub on a machine share, as huggingface_hub lays it out:
 *
 *     models--<organisation>--<name>/        (of data sets: datasets--…)
 *       blobs/<git or SHA-256 sum>         a file's bytes
 *       snapshots/<commit>/<file>          a link to them, or a copy where there can be none
 *       refs/<branch or tag>               the commit that it was when it was last looked up
 *       .no_exist/<commit>/<file>          empty: the commit is known to have no such file
 */
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isWhole } from './download';
import { hubCache, mayLink } from './hub-environment';
import type { HubRepo } from './hub-repo';

export interface CachedRepo {
  folder: string;
  mayLink: boolean;
}

/** A repository's part of the cache, which need not be there. */
export function cachedRepo({ type, name }: HubRepo, env: NodeJS.ProcessEnv): CachedRepo {
  const folder = join(hubCache(env), [`${type}s`, ...name.split('/')].join('--'));
  return { folder, mayLink: mayLink(env) };
}

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

export function blobFile({ folder }: CachedRepo, sum: string): string {
  return join(folder, 'blobs', sum);
}

export function snapshotFolder({ folder }: CachedRepo, commit: string): string {
  return join(folder, 'snapshots', commit);
}

/** The commit that a branch or tag was when it was last looked up. */
export function cachedCommit({ folder }: CachedRepo, revision: string): string | undefined {
  if (isCommit(revision)) return revision;
  try {
    const commit = readFileSync(join(folder, 'refs', revision), 'utf8').trim();
    return isCommit(commit) ? commit : undefined;
  } catch {
    // Not there, or a folder of this name: not cached either way.
    return undefined;
  }
}

/** Whether the commit is known to have no such file. */
export function isKnownAbsent({ folder }: CachedRepo, commit: string, file: string): boolean {
  return existsSync(join(folder, '.no_exist', commit, file));
}

/** Remembers that the commit has no such file. */
export async function markAbsent({ folder }: CachedRepo, commit: string, file: string): Promise<void> {
  const mark = join(folder, '.no_exist', commit, file);
  await mkdir(dirname(mark), { recursive: true });
  await writeFile(mark, '');
}

/**
 * Makes a file of a commit stand for a blob that is there.
 *
 * @param bytes the size of the blob
 */
export async function linkSnapshot(
  repo: CachedRepo,
  commit: string,
  file: string,
  { sum, bytes }: { sum: string; bytes: number },
): Promise<void> {
  const pointer = join(snapshotFolder(repo, commit), file);
  if (await isWhole(pointer, bytes)) return;
  const blob = blobFile(repo, sum);
  await mkdir(dirname(pointer), { recursive: true });
  // It may lead to a blob that was deleted, or be a copy that was cut off.
  await rm(pointer, { force: true });
  const ways = [
    () => symlink(relative(dirname(pointer), blob), pointer),
    // Windows lets nobody but administrators and developers make symbolic links.
    () => link(blob, pointer),
    () => copyWhole(blob, pointer),
  ];
  for (const way of repo.mayLink ? ways : ways.slice(2)) {
    try {
      return await way();
    } catch (error) {
      // Another process was quicker, or this way is not to be had here.
      if (await isWhole(pointer, bytes)) return;
      if (way === ways[2]) throw error;
    }
  }
}

/** A copy that is never seen half done. */
async function copyWhole(from: string, to: string): Promise<void> {
  const unfinished = `${to}.${process.pid}.tmp`;
  await copyFile(from, unfinished);
  await rename(unfinished, to);
}

/** Remembers which commit a branch or tag is. */
export async function writeRef(repo: CachedRepo, revision: string, commit: string): Promise<void> {
  if (cachedCommit(repo, revision) === commit) return;
  const file = join(repo.folder, 'refs', revision);
  const unfinished = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(unfinished, commit);
  await rename(unfinished, file);
}
