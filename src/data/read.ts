import { extname } from 'node:path';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { delimitedReader } from './csv';
import { readUtf8 } from './encoding';
import { readJsonLines } from './jsonl';
import { type LabelOptions, labelFields } from './label-fields';
import type { RecordReader } from './record-reader';
import { RowProblems } from './row-problems';
import type { Row } from './rows';

export type DataFormat = 'csv' | 'tsv' | 'jsonl';

export interface ReadOptions extends LabelOptions {
  /** Without it, each file's extension decides. */
  format?: DataFormat;
  /** The column of the text, or several whose values are joined by a line break. */
  text: string | readonly string[];
  /** The only labels that may occur. */
  labels?: readonly string[];
  /** Is shown each file's bytes as they are read. */
  observe?: (file: string, bytes: Buffer) => void;
}

const readers: Record<DataFormat, RecordReader> = {
  csv: delimitedReader(','),
  tsv: delimitedReader('\t'),
  jsonl: readJsonLines,
};

const formatOfExtension: Record<string, DataFormat> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};

/**
 * Reads labelled texts from CSV, TSV or JSON Lines files, in the files' order. Texts are kept as they are.
 *
 * @throws HumanError with file, line and column for all that keeps a file or a row from being used
 */
export async function readRows(files: readonly string[], options: ReadOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const file of files) await readFile(file, options, rows);
  return rows;
}

async function readFile(file: string, options: ReadOptions, rows: Row[]): Promise<void> {
  const textColumns = typeof options.text === 'string' ? [options.text] : options.text;
  const labels = labelFields(options);
  const columns = [...textColumns.map((name) => ({ name })), ...labels.columns];
  const allowed = options.labels && new Set(options.labels);
  const problems = new RowProblems(file);
  const seen = new Set<string>();
  let bytes = 0;
  let records = 0;

  const chunks = readUtf8(file, (chunk) => {
    bytes += chunk.length;
    options.observe?.(file, chunk);
  });
  await readers[formatOf(file, options.format)](file, chunks, columns, problems, (line, values) => {
    records++;
    const text = values.slice(0, textColumns.length).join('\n');
    const ofRow = labels.read(values.slice(textColumns.length));
    const unlisted = allowed && Array.isArray(ofRow) ? ofRow.find((label) => !allowed.has(label)) : undefined;
    if (text.trim() === '') {
      const named = textColumns.map(quoteName).join(', ');
      problems.add({ line, message: `the text (${named}) is empty`, hint: 'Fill it in or delete the row.' });
    } else if (!Array.isArray(ofRow)) {
      problems.add({ line, ...ofRow });
    } else if (allowed && unlisted !== undefined) {
      problems.add({
        line,
        message: `the label ${quoteName(unlisted)} is not one of data.labels`,
        hint: `${didYouMeanHint(unlisted, allowed)}Allowed: ${listNames([...allowed])}.`,
        unlisted,
      });
    } else {
      for (const label of ofRow) seen.add(label);
      rows.push({ text, labels: ofRow, file, line });
    }
  });

  problems.throwIfAny(seen);
  if (records === 0) {
    throw new HumanError(bytes === 0 ? 'this file is empty' : 'this file has no rows', {
      place: { file },
      hint: 'A data file needs at least one row with a text and a label (after the header, for CSV and TSV).',
    });
  }
}

/**
 * A data file's format: the one given, or else by its extension.
 *
 * @throws HumanError for an extension that says nothing
 */
export function formatOf(file: string, format?: DataFormat): DataFormat {
  const extension = extname(file).toLowerCase();
  const found = format ?? formatOfExtension[extension];
  if (found) return found;
  const what =
    extension === '' ? 'there is no file extension' : `the extension ${quoteName(extension)} is unknown`;
  throw new HumanError(`${what}, so the format of this file is not clear`, {
    place: { file },
    hint: 'Set data.format to "csv", "tsv" or "jsonl".',
  });
}
