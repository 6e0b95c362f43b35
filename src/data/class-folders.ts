/** What is in a folder that has one folder a class. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDataFileName } from '../protocol/data-formats';
import { quoteName } from '../protocol/did-you-mean';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { byCodeUnits } from './labels';

/** What data sets call the folder of the texts that nobody has labelled; aclImdb's is `unsup`. */
const unlabelled = /^(unsup(ervised)?|un-?labell?ed)$/i;

/** The folders of a data folder, one a class, sorted; which of them are most likely none is told apart. */
export async function classFolders(folder: string): Promise<{ classes: string[]; unlabelled: string[] }> {
  const entries = await entriesOf(folder);
  const names: string[] = [];
  for (const entry of entries) {
    if (isHidden(entry.name)) continue;
    if ((await kindOfEntry(folder, entry)) === 'folder') names.push(entry.name);
  }
  if (names.length === 0) throw noClasses(folder, entries);
  return {
    classes: names.filter((name) => !unlabelled.test(name)),
    unlabelled: names.filter((name) => unlabelled.test(name)),
  };
}

/** The files of a class, sorted; `root` is the folder of its folder. */
export async function textFiles(folder: string, root: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (isHidden(entry.name)) continue;
    const kind = await kindOfEntry(folder, entry);
    if (kind === 'folder') throw nested(join(folder, entry.name), root);
    // What is no file, such as a link that leads nowhere, is told of where it is read.
    files.push(join(folder, entry.name));
  }
  return files;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => byCodeUnits(a.name, b.name));
  } catch (error) {
    throw fileError('reading', folder, error);
  }
}

/** Links lead to what they are. */
async function kindOfEntry(folder: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  const found = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => entry) : entry;
  if (found.isDirectory()) return 'folder';
  return found.isFile() ? 'file' : 'other';
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db' || name === 'desktop.ini';
}

function noClasses(folder: string, entries: readonly Dirent[]): HumanError {
  const data = entries
    .filter((entry) => entry.isFile() && isDataFileName(entry.name))
    .map(({ name }) => name);
  const example = data[0] && `${basename(folder)}/*${/(\.[^.]+)(\.gz)?$/i.exec(data[0])?.[0] ?? ''}`;
  return new HumanError('this folder has no folders in it, one for each class', {
    place: { file: folder },
    hint: example
      ? `To train on its files, name them: "train": ${quoteName(example)}. To look at one, name that: ${data[0]}.`
      : 'Each class is a folder, and each text a file in it: pos/1.txt, neg/2.txt. Or name the data files themselves.',
  });
}

function nested(folder: string, root: string): HumanError {
  return new HumanError(`this folder is inside of a class's folder, where each file is a text`, {
    place: { file: folder },
    hint: `Name the folder whose folders are the classes: is it ${quoteName(`${basename(root)}/${basename(join(folder, '..'))}`)}?`,
  });
}
