import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { isDataFileName } from '../protocol/data-formats';
import { nearestFirst } from '../protocol/did-you-mean';

const endingIn =
  (...extensions: readonly string[]) =>
  (file: string) =>
    extensions.includes(extname(file).toLowerCase());

interface Kind {
  isMeant(file: string): boolean;
  /** What bears the name that was misspelt. */
  nameOf(file: string): string;
  /** How deep it lies in the folder that was named. */
  depth: number;
}

const kinds: Record<'data' | 'vectors' | 'encoders', Kind> = {
  data: { isMeant: (file) => isDataFileName(basename(file)), nameOf: basename, depth: 1 },
  vectors: { isMeant: endingIn('.txt', '.vec', '.gz'), nameOf: basename, depth: 1 },
  // An encoder is the folder of its weights.
  encoders: {
    isMeant: (file) => /^model\.safetensors(\.index\.json)?$/.test(basename(file)),
    nameOf: (file) => basename(dirname(file)),
    depth: 2,
  },
};

/** A large workspace must not be searched through for a typing slip. */
const deepest = 3;
const mostEntries = 2000;
const mostFiles = 5;

/**
 * Files that may be meant by one that is not there, relative to `folder` with forward slashes: first those of
 * its own folder, then those below `folder`, the most similar names first.
 */
export async function similarFiles(
  missing: string,
  folder: string,
  kind: keyof typeof kinds,
): Promise<string[]> {
  const budget = { entries: mostEntries };
  const name = basename(missing);
  const { isMeant, nameOf, depth } = kinds[kind];
  const beside = await filesBelow(dirname(missing), depth, isMeant, budget);
  const below = await filesBelow(folder, deepest, isMeant, budget);
  const ranked = [beside, below.filter((file) => !beside.includes(file))].flatMap((files) => {
    const order = nearestFirst(name, new Set(files.map((file) => nameOf(file))));
    return files.sort((a, b) => order.indexOf(nameOf(a)) - order.indexOf(nameOf(b)));
  });
  return ranked.slice(0, mostFiles).map((file) => relative(folder, file).split(sep).join('/'));
}

async function filesBelow(
  folder: string,
  depth: number,
  isMeant: (file: string) => boolean,
  budget: { entries: number },
): Promise<string[]> {
  // A folder that can't be read has nothing to offer.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries) {
    if (budget.entries-- <= 0) break;
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isFile() && isMeant(path)) files.push(path);
    if (entry.isDirectory() && depth > 1) files.push(...(await filesBelow(path, depth - 1, isMeant, budget)));
  }
  return files;
}
