import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataFile, findDataFiles } from '../data/sources';
import type { Experiment } from '../experiment/schema';
import { dataFiles } from '../trainer/data-files';

/**
 * Differs wherever an experiment's data does: all that decides which rows there are, and what is known of the files
 * without reading them. Of a folder with one folder a class, files that come and go are noticed, not those whose contents change.
 *
 * @throws HumanError where data sets of the Hub are not on this machine
 */
export async function dataVersion({ data, training }: Experiment, folder: string): Promise<string> {
  const { train, validation, test = [], format } = dataFiles(data);
  const named = [train, validation, test].flat().filter((name) => typeof name === 'string');
  const versions = named.map(async (name) => {
    // What is missing, or named in a way that leads nowhere, is for reading to say.
    const files = await findDataFiles(name, folder, format).catch((): DataFile[] => []);
    return Promise.all(files.map(versionOf));
  });
  return JSON.stringify([data, training.seed, folder, await Promise.all(versions)]);
}

async function versionOf({ file, format }: DataFile): Promise<string[]> {
  if (format !== 'folder') return [file, await stateOf(file)];
  const entries = await readdir(file).catch((): string[] => []);
  return [file, ...(await Promise.all(entries.sort().map((name) => stateOf(join(file, name)))))];
}

async function stateOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : '';
}
