import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isDataFileName } from '../protocol/data-formats';
import { didYouMeanHint, listNames } from '../protocol/did-you-mean';
import { fileError } from '../protocol/file-error';

/** What to do about a file that isn't there: names like it in its folder, or the data files there. */
async function suggestFile(file: string): Promise<string> {
  let names: string[];
  try {
    names = await readdir(dirname(file));
  } catch {
    return `There is no folder ${dirname(file)} either.`;
  }
  const suggestion = didYouMeanHint(basename(file), names);
  if (suggestion) return suggestion.trim();
  const data = names.filter(isDataFileName).sort();
  return data.length > 0
    ? `Data files in that folder: ${listNames(data)}.`
    : 'Paths are relative to the folder of the experiment file.';
}

/** As `fileError`, with a hint at which file may be meant instead. */
export async function describeFileError(file: string, error: unknown): Promise<unknown> {
  return fileError('reading', file, error, {
    missing: await suggestFile(file),
    folder: 'Name the data file itself, or a list of files.',
  });
}
