/**
 * Which files a commit of a data set has, as the Hub listed them once. The Hub's cache has what was downloaded, which
 * does not say what there is besides: another configuration, another piece of a split.
 */
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { cacheFolder } from '../experiment/cache-folder';
import { fileError } from '../protocol/file-error';

/** The size of each file with rows of a split, by its path. */
export type DatasetListing = Readonly<Record<string, number>>;

const listing = z.record(z.string(), z.int().min(0));

function listingFile(name: string, commit: string, env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'datasets', name.replaceAll('/', '--'), `${commit}.json`);
}

/** What was kept of a commit; undefined where nothing was, or nothing that can be read. */
export function keptListing(
  name: string,
  commit: string,
  env: NodeJS.ProcessEnv,
): DatasetListing | undefined {
  try {
    return listing.parse(JSON.parse(readFileSync(listingFile(name, commit, env), 'utf8')));
  } catch {
    // The Hub can be asked again.
    return undefined;
  }
}

/** @throws HumanError where it cannot be written */
export async function keepListing(
  name: string,
  commit: string,
  files: DatasetListing,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const file = listingFile(name, commit, env);
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(unfinished, JSON.stringify(files));
    await rename(unfinished, file);
  } catch (error) {
    throw fileError('writing', file, error);
  }
}
