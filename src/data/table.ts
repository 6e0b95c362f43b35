import type { DataFormat } from '../protocol/data-formats';
import type { Reading } from './bytes';
import { classFolders } from './class-folders';
import { readDelimited } from './csv';
import { readUtf8 } from './encoding';
import { fastTextReader } from './fasttext';
import { fieldText, listTexts } from './field-values';
import { folderReader } from './folder';
import { readJsonList } from './json';
import { readJsonLines } from './jsonl';
import { readParquet } from './parquet';
import type { RecordReader } from './record-reader';
import type { RowProblems } from './row-problems';
import type { DataFile } from './sources';

export interface TableHandlers {
  /** The columns, before the rows; JSON has none. */
  onHeader?(names: string[]): void;
  /**
   * Each row with the names and values of all its columns. The names are the header's array in every row, where there
   * is a header; objects of JSON each have their own. Reading waits for a promise that is returned.
   */
  onRow(line: number, names: readonly string[], values: readonly string[]): void | Promise<void>;
}

export type TableReader = (
  data: DataFile,
  reading: Reading,
  problems: RowProblems,
  handlers: TableHandlers,
) => Promise<void>;

const delimitedTable =
  (delimiter: ',' | '\t'): TableReader =>
  async (data, reading, problems, { onHeader, onRow }) => {
    let names: string[] = [];
    await readDelimited(data.file, readUtf8(data, reading), delimiter, problems, {
      onHeader: (_, header) => {
        names = header;
        onHeader?.(names);
      },
      onRow: (line, fields) => onRow(line, names, fields),
    });
  };

/** Rows that have no columns are given two. */
const labelledTable =
  (read: RecordReader): TableReader =>
  async (data, reading, problems, { onHeader, onRow }) => {
    const names = ['text', 'label'];
    onHeader?.(names);
    const columns = [{ name: 'text' }, { name: 'label', mayBeList: true }];
    await read(data, reading, columns, problems, (line, values) => onRow(line, names, values.map(joined)));
  };

const joined = (value: string | readonly string[]) => (typeof value === 'string' ? value : value.join(','));

/** A value as it is written in a table: lists joined with commas; undefined for what has no text. */
const cellText = (value: unknown): string | undefined => fieldText(value) ?? listTexts(value)?.join(',');

const objectRow =
  ({ onRow }: TableHandlers) =>
  (line: number, object: Record<string, unknown>) => {
    const fields = Object.entries(object).flatMap(([name, value]) => {
      const text = cellText(value);
      return text === undefined ? [] : [[name, text] as const];
    });
    return onRow(
      line,
      fields.map(([name]) => name),
      fields.map(([, text]) => text),
    );
  };

/**
 * Reads whole rows, whatever their columns are. Lists of texts are joined with commas, as labels are in other files;
 * fields of JSON that are objects or null are left out, those of Parquet are empty. Folders of texts without a class are
 * left out.
 */
export const tableReaders: Record<DataFormat, TableReader> = {
  csv: delimitedTable(','),
  tsv: delimitedTable('\t'),
  jsonl: (data, reading, problems, handlers) =>
    readJsonLines(data.file, readUtf8(data, reading), problems, objectRow(handlers)),
  json: (data, reading, problems, handlers) =>
    readJsonList(data.file, () => readUtf8(data), readUtf8(data, reading), problems, objectRow(handlers)),
  parquet: ({ file }, reading, _, { onHeader, onRow }) => {
    let names: string[] = [];
    return readParquet(
      file,
      reading,
      (columns) => {
        names = [...new Set(columns)];
        onHeader?.(names);
        return names;
      },
      (line, values) =>
        onRow(
          line,
          names,
          values.map((value) => ('value' in value ? (cellText(value.value) ?? '') : '')),
        ),
    );
  },
  fasttext: labelledTable(fastTextReader),
  folder: async (data, ...rest) => {
    const { classes } = await classFolders(data.file);
    await labelledTable(folderReader(classes))(data, ...rest);
  },
};
