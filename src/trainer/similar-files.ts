import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { nearestFirst } from '../protocol/did-you-mean';

const extensions = {
  data: new Set(['.csv', '.tsv', '.jsonl', '.ndjson']),
  vectors: new Set(['.txt', '.vec', '.gz']),
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
  kind: keyof typeof extensions,
): Promise<string[]> {
  const budget = { entries: mostEntries };
  const name = basename(missing);
  const beside = await filesBelow(dirname(missing), 1, extensions[kind], budget);
  const below = await filesBelow(folder, deepest, extensions[kind], budget);
  const ranked = [beside, below.filter((file) => !beside.includes(file))].flatMap((files) => {
    const order = nearestFirst(name, new Set(files.map((file) => basename(file))));
    return files.sort((a, b) => order.indexOf(basename(a)) - order.indexOf(basename(b)));
  });
  return ranked.slice(0, mostFiles).map((file) => relative(folder, file).split(sep).join('/'));
}

async function filesBelow(
  folder: string,
  depth: number,
  wanted: ReadonlySet<string>,
  budget: { entries: number },
): Promise<string[]> {
  // A folder that can't be read has nothing to offer.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries) {
    if (budget.entries-- <= 0) break;
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isFile() && wanted.has(extname(entry.name).toLowerCase())) files.push(path);
    if (entry.isDirectory() && depth > 1) files.push(...(await filesBelow(path, depth - 1, wanted, budget)));
  }
  return files;
}
