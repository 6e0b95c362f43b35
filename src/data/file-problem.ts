import { readdir } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { didYouMeanHint, listNames } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';

const dataExtensions = new Set(['.csv', '.tsv', '.jsonl', '.ndjson']);

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
  const data = names.filter((name) => dataExtensions.has(extname(name).toLowerCase())).sort();
  return data.length > 0
    ? `Data files in that folder: ${listNames(data)}.`
    : 'Paths are relative to the folder of the experiment file.';
}

/** Turns an error of the file system that a person can mend into a HumanError; gives back any other as it is. */
export async function describeFileError(file: string, error: unknown): Promise<unknown> {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const place = { file };
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new HumanError('there is no such file', { place, hint: await suggestFile(file), cause: error });
  }
  if (code === 'EISDIR') {
    return new HumanError('this is a folder, not a file', {
      place,
      hint: 'Name the data file itself, or a list of files.',
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new HumanError('this file may not be read', {
      place,
      hint: "Change the file's permissions.",
      cause: error,
    });
  }
  return error;
}
