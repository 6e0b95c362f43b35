import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { OptionError } from '../experiment/option-error';
import { type DataFormat, hasColumns } from '../protocol/data-formats';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import type { Reading } from './bytes';
import { delimitedReader } from './csv';
import { fastTextReader } from './fasttext';
import { folderReader } from './folder';
import { jsonReader } from './json';
import { jsonLinesReader } from './jsonl';
import { type LabelOptions, labelFields } from './label-fields';
import { parquetReader } from './parquet';
import type { RecordReader } from './record-reader';
import { type OnProblem, RowProblems } from './row-problems';
import type { Row } from './rows';
import type { DataFile } from './sources';

export interface ReadOptions extends LabelOptions, Reading {
  /** The column of the text, or several whose values are joined by a line break. */
  text: string | readonly string[];
  /** The only labels that may occur; of a folder with one folder a class, the folders to read. */
  labels?: readonly string[] | undefined;
  /** Is told of each row that can't be used, and the others are read. Without it, all of a file's are thrown at its end. */
  onProblem?: OnProblem | undefined;
}

const readers: Record<DataFormat, (options: ReadOptions) => RecordReader> = {
  csv: () => delimitedReader(','),
  tsv: () => delimitedReader('\t'),
  jsonl: () => jsonLinesReader,
  json: () => jsonReader,
  parquet: () => parquetReader,
  fasttext: () => fastTextReader,
  folder: ({ labels }) => folderReader(labels),
};

/**
 * Reads the labelled texts of a file one at a time, in its order. Texts are kept as they are.
 *
 * @param onRow reading waits for a promise that it returns
 * @throws HumanError with file, line and column for all that keeps the file or a row from being used; the signal's
 *   reason where it is aborted
 */
export async function readRows(
  data: DataFile,
  options: ReadOptions,
  onRow: (row: Row) => void | Promise<void>,
): Promise<void> {
  const { file, format } = data;
  const { text, label } = columnsOf(data, options);
  const textColumns = typeof text === 'string' ? [text] : text;
  const fields = labelFields({ ...options, label });
  const columns = [...textColumns.map((name) => ({ name })), ...fields.columns];
  const allowed = options.labels && new Set(options.labels);
  const problems = new RowProblems(file, options.onProblem);
  const seen = new Set<string>();
  let records = 0;

  const read = readers[format](options);
  await read(data, options, columns, problems, (line, values, rowFile) => {
    records++;
    const text =
      textColumns.length === 1 ? (values[0] as string) : values.slice(0, textColumns.length).join('\n');
    const labels = fields.read(values.slice(textColumns.length));
    const add = (problem: { message: string; hint: string; unlisted?: string }) =>
      problems.add({ file: rowFile, line, ...problem });
    if (isBlank(text)) {
      const named = hasColumns(format) ? ` (${textColumns.map(quoteName).join(', ')})` : '';
      return add({ message: `the text${named} is empty`, hint: 'Fill it in or delete the row.' });
    }
    if (!Array.isArray(labels)) return add(labels);
    const unlisted = allowed && labels.find((label) => !allowed.has(label));
    if (allowed && unlisted !== undefined) return add(notAllowed(unlisted, allowed));
    for (const label of labels) seen.add(label);
    return onRow({ text, labels, file: rowFile ?? file, line });
  });

  problems.throwIfAny(seen);
  if (records === 0 && problems.count === 0) throw await noRows(data);
}

/** Lines and folders have no columns: a text and its labels are all that there is. */
function columnsOf({ file, format }: DataFile, options: ReadOptions): Pick<ReadOptions, 'text' | 'label'> {
  if (hasColumns(format)) return options;
  if (typeof options.label === 'string') return { text: 'text', label: 'label' };
  throw new OptionError(
    `data.label names columns of 0 and 1, but ${quoteName(basename(file))} has no columns`,
    ['data', 'label'],
    'Leave data.label out: the labels are read from the lines or folders themselves.',
    [{ type: 'remove' }],
  );
}

/** Without a copy of a long text. */
function isBlank(text: string): boolean {
  return !/\S/.test(text);
}

function notAllowed(label: string, allowed: ReadonlySet<string>) {
  return {
    message: `the label ${quoteName(label)} is not one of data.labels`,
    hint: `${didYouMeanHint(label, allowed)}Allowed: ${listNames([...allowed])}.`,
    unlisted: label,
  };
}

async function noRows({ file, format }: DataFile): Promise<HumanError> {
  const stats = await stat(file).catch(() => undefined);
  const isEmpty = stats?.isFile() && stats.size === 0;
  return new HumanError(isEmpty ? 'this file is empty' : 'this file has no rows', {
    place: { file },
    hint:
      format === 'folder'
        ? 'A folder needs one folder for each class, with a file for each text.'
        : 'A data file needs at least one row with a text and a label (after the header, for CSV and TSV).',
  });
}
