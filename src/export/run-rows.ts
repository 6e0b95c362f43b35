import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import * as z from 'zod';
import { readTextFile } from '../data/folder';
import { readRows } from '../data/read';
import type { Row } from '../data/rows';
import { dataFileOf } from '../data/sources';
import type { Experiment } from '../experiment/schema';
import { formatOfName } from '../protocol/data-formats';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { findRoot, runPaths } from '../runs/paths';
import { readRunExperiment } from '../runs/run-experiment';

/** A line of `predictions.ndjson`: which row was evaluated, and its beginning. */
const lineSchema = z.object({
  split: z.enum(['validation', 'test']),
  file: z.string(),
  line: z.int().min(1),
  label: z.string(),
  labels: z.object({ truth: z.array(z.string()) }).optional(),
  text: z.string(),
});

type Line = z.infer<typeof lineSchema>;

export interface RunRows {
  readonly split: 'validation' | 'test';
  readonly rows: Row[];
}

/** Why there are no rows to measure on. */
export interface NoRows {
  readonly reason: string;
}

/** At most `rows` of those that a run was evaluated on, or why there are none. */
export async function rowsToMeasure(run: string | undefined, rows: number): Promise<RunRows | NoRows> {
  if (rows === 0) return { reason: 'not asked for' };
  if (run === undefined) return { reason: 'the model was copied from its run, which knows the rows' };
  try {
    return await rowsOfRun(run, rows);
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    const { place, message } = error;
    const where = place ? [basename(place.file), place.line].filter(Boolean).join(':') : undefined;
    return { reason: where ? `${where}: ${message}` : message };
  }
}

/**
 * The rows that a run was evaluated on, with their whole texts: `predictions.ndjson` says which, the data files have them.
 *
 * @param limit the most rows; of more, as many are taken evenly
 * @throws HumanError where files are gone or have changed
 */
async function rowsOfRun(folder: string, limit: number): Promise<RunRows> {
  const file = runPaths(folder).predictions;
  const lines = evenly(parseLines(await readText(file), file), limit);
  const { data } = readRunExperiment(folder);
  const root = findRoot(folder);
  const texts = new Map<string, Map<number, string>>();
  for (const name of new Set(lines.map((line) => line.file))) {
    const wanted = new Set(lines.filter((line) => line.file === name).map(({ line }) => line));
    texts.set(name, await textsOf(resolve(root, name), wanted, data));
  }
  const rows = lines.map((line): Row => {
    const text = texts.get(line.file)!.get(line.line);
    if (text === undefined || !isExcerpt(line.text, text)) throw changed(root, line);
    return { text, labels: line.labels?.truth ?? [line.label], file: line.file, line: line.line };
  });
  return { split: lines[0]!.split, rows };
}

/** The texts on some lines of a data file. */
async function textsOf(
  file: string,
  lines: ReadonlySet<number>,
  data: Experiment['data'],
): Promise<Map<number, string>> {
  // In a folder with one folder a class, each text is a file of its own.
  const isText = (data.format ?? formatOfName(file).format ?? 'folder') === 'folder';
  if (isText) return new Map([[1, await readTextFile(file)]]);
  const texts = new Map<number, string>();
  await readRows(dataFileOf(file, data.format), data, ({ line, text }) => {
    if (lines.has(line)) texts.set(line, text);
  });
  return texts;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
}

function parseLines(text: string, file: string): Line[] {
  const lines = text.split('\n').filter((line) => line !== '');
  try {
    if (lines.length === 0) throw new Error('it is empty');
    return lines.map((line) => lineSchema.parse(JSON.parse(line)));
  } catch (cause) {
    throw new HumanError('The rows that the run was evaluated on cannot be read.', {
      place: { file },
      cause,
    });
  }
}

/** Every so many rows, so that all classes are among them whatever the order of the file. */
export function evenly<Item>(items: readonly Item[], limit: number): Item[] {
  const count = Math.min(items.length, limit);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}

/** A long text is kept up to a `…`. */
function isExcerpt(kept: string, text: string): boolean {
  return kept === text || (kept.endsWith('…') && text.startsWith(kept.slice(0, -1)));
}

function changed(root: string, { file, line }: Line): HumanError {
  return new HumanError('This row has changed since the run was evaluated.', {
    place: { file: resolve(root, file), line },
    hint: 'Train it anew to measure on the data as it is now.',
  });
}
