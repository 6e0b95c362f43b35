import { randomUUID } from 'node:crypto';
import { stampOf } from '../data/file-digests';
import { type DataFile, findDataFiles } from '../data/sources';
import type { Experiment } from '../experiment/schema';
import { dataFiles } from '../trainer/data-files';

/**
 * Differs wherever an experiment's data does: all that decides which rows there are, and what is known of the files
 * without reading them.
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

async function versionOf(data: DataFile): Promise<string> {
  try {
    const { text } = await stampOf(data);
    return `${data.file} ${text}`;
  } catch {
    // A link that leads nowhere, or a file that is just going: like no version before.
    return randomUUID();
  }
}
