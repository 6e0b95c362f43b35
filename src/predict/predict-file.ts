import { open } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { csvLine } from '../data/csv-line';
import { readUtf8 } from '../data/encoding';
import { inspect } from '../data/inspect';
import { readLines } from '../data/lines';
import { RowProblems } from '../data/row-problems';
import { type DataFile, findDataFiles } from '../data/sources';
import { readUntil } from '../data/stop-reading';
import { type TableReader, tableReaders } from '../data/table';
import { formatOfName } from '../protocol/data-formats';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { removeQuietly, renameOver } from '../runs/atomic';
import type { Prediction, Predictor } from './predictor';

export interface PredictFileOptions {
  /** Any data file, a folder with one folder a class, or a .txt file with a text on each line; each but folders also gzipped. */
  file: string;
  /** Joined by a line break. Without it, the column that most likely holds the text. */
  textColumns?: readonly string[] | undefined;
  /** The CSV file to write; it appears only when it is whole. */
  output: string;
  signal: AbortSignal;
  /** How much is read so far, of how much; at most ten calls a second. */
  progress(done: number, total: number): void;
}

/** Rows that are read, classified and written in one go. */
const blockRows = 256;

const progressInterval = 100;
/** What the whole file counts as. */
const progressParts = 1000;

/**
 * Classifies every row of a file. The output has all columns of the file (objects of JSON left out), `predicted` and `probability`; both are empty where the text is blank. Several labels are joined by
 * ` | `, which reads again as data with "labelSeparator": "|". Gives the number of rows.
 *
 * @throws HumanError for unreadable files or rows and unknown columns; the signal's reason where it was aborted.
 *   Nothing is left of the output then.
 */
export async function predictFile(predictor: Predictor, options: PredictFileOptions): Promise<number> {
  const { file, output } = options;
  if (resolve(file) === resolve(output)) {
    throw new HumanError('The results would be written over the file that is read.', {
      place: { file: output },
      hint: 'Choose another name for them.',
    });
  }
  const source = await openSource(options);
  const temporary = join(dirname(output), `.${process.pid}-${Date.now()}.predictions.tmp`);
  try {
    const rows = await classifyInto(temporary, predictor, source, options);
    renameOver(temporary, output);
    return rows;
  } catch (error) {
    removeQuietly(temporary);
    throw fileError('writing', output, error);
  }
}

async function classifyInto(
  path: string,
  predictor: Predictor,
  source: Source,
  { file, signal, progress }: PredictFileOptions,
): Promise<number> {
  const handle = await open(path, 'wx');
  try {
    const { columns, textPositions } = source;
    let share = 0;
    let lastProgress = 0;
    let rows = 0;
    let block: string[][] = [];
    const classifyBlock = async () => {
      signal.throwIfAborted();
      await handle.write(await classifyRows(predictor, block, textPositions));
      rows += block.length;
      block = [];
      const now = performance.now();
      if (now - lastProgress < progressInterval) return;
      lastProgress = now;
      progress(Math.round(share * progressParts), progressParts);
    };

    const added = [freeName('predicted', columns), freeName('probability', columns)];
    await handle.write(csvLine([...columns, ...added]));
    const problems = new RowProblems(file);
    const reading = {
      signal,
      progress: (read: number) => {
        share = read;
      },
    };
    await source.read(source.data, reading, problems, {
      onRow: (_, names, values) => {
        block.push(sameNames(names, columns) ? [...values] : arrange(columns, names, values));
        return block.length === blockRows ? classifyBlock() : undefined;
      },
    });
    problems.throwIfAny();
    await classifyBlock();
    if (rows === 0) throw new HumanError('this file has no rows', { place: { file } });
    progress(progressParts, progressParts);
    await handle.sync();
    return rows;
  } finally {
    await handle.close();
  }
}

async function classifyRows(
  predictor: Predictor,
  rows: readonly string[][],
  textPositions: readonly number[],
): Promise<string> {
  const texts = rows.map((row) => textPositions.map((position) => row[position]!).join('\n'));
  const filled = texts.flatMap((text, i) => (text.trim() === '' ? [] : [i]));
  const predictions = await predictor.predict(filled.map((i) => texts[i]!));
  const ofRow = new Map(filled.map((row, i) => [row, predictions[i]!]));
  return rows.map((row, i) => csvLine([...row, ...resultFields(ofRow.get(i))])).join('');
}

/** Six digits: a 32-bit float has no more. */
function resultFields(prediction: Prediction | undefined): string[] {
  return prediction ? [prediction.labels.join(' | '), prediction.probability.toFixed(6)] : ['', ''];
}

/** What is read, and how. */
interface Source {
  data: DataFile;
  columns: readonly string[];
  textPositions: readonly number[];
  read: TableReader;
}

async function openSource({ file, textColumns, signal }: PredictFileOptions): Promise<Source> {
  if (isTextFile(file)) {
    const data: DataFile = { file, format: 'fasttext', gzipped: formatOfName(file).gzipped };
    return { data, columns: ['text'], textPositions: [0], read: readTextLines };
  }
  const [data] = await findDataFiles(file, '');
  const { columns: inspected, textColumn } = await inspect(file);
  const read = tableReaders[data!.format];
  const columns = await namesOf(data!, read, signal);
  const wanted = textColumns ?? (textColumn === undefined ? [] : [textColumn]);
  if (wanted.length === 0) {
    throw new HumanError('It is not clear which column holds the text.', {
      place: { file },
      hint: `The columns are: ${listNames(inspected.map(({ name }) => name))}.`,
    });
  }
  const textPositions = wanted.map((column) => positionOf(file, column, columns));
  return { data: data!, columns, textPositions, read };
}

function positionOf(file: string, column: string, columns: readonly string[]): number {
  const position = columns.indexOf(column);
  if (position >= 0) return position;
  throw new HumanError(`there is no column ${quoteName(column)}`, {
    place: { file, line: 1 },
    hint: `${didYouMeanHint(column, columns)}There are: ${listNames(columns)}.`,
  });
}

/** A text on each line. */
function isTextFile(file: string): boolean {
  return /\.txt(\.gz)?$/i.test(file);
}

/** The names in the header; without one, those that any row has: objects may have fields that the first ones lack. */
async function namesOf(data: DataFile, read: TableReader, signal: AbortSignal): Promise<string[]> {
  const names = new Set<string>();
  let header: string[] | undefined;
  // What is wrong with rows is told when they are classified.
  const problems = new RowProblems(data.file, () => {});
  await readUntil((stop) =>
    read(data, { signal }, problems, {
      onHeader: (ofHeader) => {
        header = ofHeader;
        stop();
      },
      onRow: (_, ofRow) => {
        for (const name of ofRow) names.add(name);
      },
    }),
  );
  return header ?? [...names];
}

/** Each line is a text; blank ones too, so that the results' rows are the file's lines. */
const readTextLines: TableReader = async (data, reading, _, { onRow }) => {
  const names = ['text'];
  const chunks = readUtf8(data, reading);
  let last: string | undefined;
  let line = 0;
  for await (const { text } of readLines(data.file, chunks, 'In a .txt file, each line is a text.')) {
    if (last !== undefined) await onRow(++line, names, [last]);
    last = text.endsWith('\r') ? text.slice(0, -1) : text;
  }
  // What follows the last line break is a line only if there is something.
  if (last) await onRow(++line, names, [last]);
};

/** Rows of a CSV file have the header's columns, where two may have the same name. */
function sameNames(names: readonly string[], columns: readonly string[]): boolean {
  return names.length === columns.length && names.every((name, i) => name === columns[i]);
}

function arrange(columns: readonly string[], names: readonly string[], values: readonly string[]): string[] {
  const fields = new Map(names.map((name, i) => [name, values[i]!]));
  return columns.map((column) => fields.get(column) ?? '');
}

function freeName(name: string, columns: readonly string[]): string {
  let free = name;
  for (let number = 2; columns.includes(free); number++) free = `${name}_${number}`;
  return free;
}
