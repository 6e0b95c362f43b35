import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { type DataFormat, dataFormats, formatOfName } from '../protocol/data-formats';
import { listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { describeFileError } from './file-problem';

/** A file that rows are read from. */
export interface DataFile {
  /** Its absolute path; of the format `folder` that of the folder with one folder a class. */
  file: string;
  format: DataFormat;
  gzipped: boolean;
}

/**
 * The files that an experiment names, in the order in which they are read: as they are named, and those that a pattern
 * finds by their paths.
 *
 * @param named files, folders with one folder a class, and patterns (`data/*.csv`, `data/{a,b}.jsonl`, `data/**`). A name
 *   that exists is meant as it is, whatever brackets are in it
 * @param folder what the names are relative to
 * @param format of all of them; without it, each one's extension decides
 * @throws HumanError where a name or pattern leads to nothing, a file is named twice, or its format is not clear
 */
export async function findDataFiles(
  named: string | readonly string[],
  folder: string,
  format?: DataFormat,
): Promise<DataFile[]> {
  const found = new Map<string, { name: string; data: DataFile }>();
  for (const name of typeof named === 'string' ? [named] : named) {
    for (const data of await findNamed(name, folder, format)) {
      const earlier = found.get(data.file);
      if (earlier) throw namedTwice(data.file, earlier.name, name);
      found.set(data.file, { name, data });
    }
  }
  return [...found.values()].map(({ data }) => data);
}

async function findNamed(name: string, folder: string, format: DataFormat | undefined): Promise<DataFile[]> {
  const path = resolve(folder, name);
  const found = await stat(path).catch((error: unknown) => error);
  if (isStats(found)) {
    if (found.isDirectory()) return [folderOf(path, format)];
    if (!found.isFile()) throw noFile(path);
    return [dataFileOf(path, format)];
  }
  if (!isDynamicPattern(name)) throw await describeFileError(path, found);
  const files = await filesOfPattern(name, folder);
  if (files.length === 0) {
    throw new HumanError(`no file matches the pattern ${quoteName(name)}`, {
      place: { file: path },
      hint: `Patterns start at the folder ${resolve(folder)}: * is any part of a name, ** any folders, {a,b} either.`,
    });
  }
  return files.map((file) => dataFileOf(file, format));
}

function isStats(found: unknown): found is Awaited<ReturnType<typeof stat>> {
  return typeof found === 'object' && found !== null && 'isDirectory' in found;
}

/** Sorted by code units, so that every machine reads them in the same order. */
async function filesOfPattern(pattern: string, folder: string): Promise<string[]> {
  // A backslash would escape what follows it.
  const portable = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
  const files = await glob(portable, { cwd: folder, absolute: true, expandDirectories: false });
  return files.sort((a, b) => (a < b ? -1 : 1)).map((file) => resolve(file));
}

function folderOf(file: string, format: DataFormat | undefined): DataFile {
  if (format === undefined || format === 'folder') return { file, format: 'folder', gzipped: false };
  throw new HumanError(`this is a folder, but its format is said to be ${format}`, {
    place: { file },
    hint: `Name its files by a pattern, like "${file.split(/[\\/]/).at(-1)}/*", or leave data.format out for a folder with one folder a class.`,
  });
}

/**
 * @param format as `data.format` says
 * @throws HumanError for an extension that says nothing
 */
export function dataFileOf(file: string, format?: DataFormat): DataFile {
  const name = formatOfName(file);
  if (format === 'folder') {
    throw new HumanError('this is a file, but its format is said to be folder', {
      place: { file },
      hint: 'Name the folder that has one folder a class in it.',
    });
  }
  const known = format ?? name.format;
  if (known === undefined) throw unclear(file);
  if (known !== 'parquet' || !name.gzipped) return { file, format: known, gzipped: name.gzipped };
  throw new HumanError('Parquet files are compressed inside: this one cannot be read out of an archive', {
    place: { file },
    hint: 'Unpack it: gunzip FILE',
  });
}

/** Of a pipe or a device nobody knows when it ends, and data is read more than once. */
function noFile(file: string): HumanError {
  return new HumanError('this is neither a file nor a folder', {
    place: { file },
    hint: 'Write the rows into a file first.',
  });
}

function unclear(file: string): HumanError {
  const extension = /\.[^./\\]*(\.gz)?$/i.exec(file.split(/[\\/]/).at(-1)!)?.[0];
  const what = extension ? `the extension ${quoteName(extension)} is unknown` : 'there is no file extension';
  const formats = dataFormats.filter((format) => format !== 'folder');
  return new HumanError(`${what}, so the format of this file is not clear`, {
    place: { file },
    hint: `Set data.format to one of ${listNames(formats)}.`,
  });
}

function namedTwice(file: string, first: string, second: string): HumanError {
  const by = first === second ? '' : ` (by ${quoteName(first)} and by ${quoteName(second)})`;
  return new HumanError(`this file is named twice${by}, so each of its rows would count twice`, {
    place: { file },
    hint: 'Name it once.',
  });
}
