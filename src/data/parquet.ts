import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import {
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
} from 'hyparquet';
import { getTreePath } from 'hyparquet/src/schema.js';
import { compressors } from 'hyparquet-compressors';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { type Reading, readRaw } from './bytes';
import { classNames, nameClasses } from './class-names';
import { type FieldProblem, fieldValue, isProblem } from './field-values';
import { describeFileError } from './file-problem';
import { checkPages } from './parquet-check';
import { bufferOf, damaged, orDamaged } from './parquet-file';
import type { FieldValue, RecordReader, WantedColumn } from './record-reader';
import { MissingColumnError } from './row-problems';

/** Reads the wanted columns of a Parquet file, see `readParquet`. A record's line is its row's number, from 1. */
export const parquetReader: RecordReader = async ({ file }, reading, columns, problems, onRecord) => {
  const choose = (names: readonly string[]) => columns.map((column) => findColumn(file, names, column));
  await readParquet(file, reading, choose, (line, values) => {
    const fields: FieldValue[] = [];
    for (const [i, column] of columns.entries()) {
      const value = values[i]!;
      const field = 'problem' in value ? value.problem : fieldValue(value.value, column);
      if (isProblem(field)) {
        problems.add({ line, ...field });
        return;
      }
      fields.push(field);
    }
    return onRecord(line, fields);
  });
};

/** A value, with the names of classes where the file has them, or what is wrong with it. */
export type ParquetValue = { value: unknown } | { problem: FieldProblem };

/** Rows before the first one, from 1, are passed over: groups of none but such are not read. */
export type ParquetReading = Reading & { firstRow?: number };

/**
 * Reads columns of a Parquet file, one group of rows after the other: no more than the chosen columns of one group is in
 * memory. Binary values that are UTF-8 become text.
 *
 * @param choose which of the file's columns to read
 * @param onRow gets the values in the order of the chosen columns; reading waits for a promise that it returns
 * @throws HumanError for a file that is damaged, encrypted or no Parquet
 */
export async function readParquet(
  file: string,
  reading: ParquetReading,
  choose: (names: readonly string[]) => readonly string[],
  onRow: (line: number, values: ParquetValue[]) => void | Promise<void>,
): Promise<void> {
  if (reading.observe) for await (const _ of readRaw(file, { ...reading, progress: undefined }));
  const handle = await open(file).catch(async (error: unknown) => {
    throw await describeFileError(file, error);
  });
  try {
    await readGroups(file, handle, reading, choose, onRow);
  } finally {
    await handle.close();
  }
}

async function readGroups(
  file: string,
  handle: FileHandle,
  reading: ParquetReading,
  choose: (names: readonly string[]) => readonly string[],
  onRow: (line: number, values: ParquetValue[]) => void | Promise<void>,
): Promise<void> {
  const buffer = await bufferOf(file, handle);
  const whole = <T>(work: () => T | Promise<T>) => orDamaged(file, work);
  const metadata = await whole(() => parquetMetadataAsync(buffer, { parsers, geoparquet: false }));
  const tree = await whole(() => parquetSchema(metadata));
  const schema = tree.children;
  const names = schema.map(({ element }) => element.name);
  if (names.some((name) => typeof name !== 'string')) throw damaged(file, 'a column has no name');
  const columns = choose(names);
  const labels = classNames(metadata.key_value_metadata);
  // Of plain columns nulls are null, and undefined is a value that the file promises and does not hold.
  const isPlain = columns.map((column) => schema[names.indexOf(column)]!.children.length === 0);
  requireAllRows(file, metadata);
  const scan = await whole(() =>
    parquetScan({
      ...{ file: buffer, metadata, columns: [...columns], compressors, parsers },
      ...{ useOffsetIndex: false, geoparquet: false },
    }),
  );
  let line = 0;
  const { firstRow = 1, mostRows = Number.POSITIVE_INFINITY } = reading;
  for (const { rowStart, rowEnd: groupEnd } of scan.ranges) {
    reading.signal?.throwIfAborted();
    const rowEnd = Math.min(groupEnd, mostRows);
    if (rowEnd <= rowStart) break;
    if (rowEnd < firstRow) {
      line = rowEnd;
      continue;
    }
    const group = groupAt(metadata, rowStart);
    const read = async (column: string) => {
      for (const { meta_data } of group.columns) {
        if (meta_data?.path_in_schema[0] !== column) continue;
        const bytes = await buffer.slice(...extentOf(meta_data));
        checkPages(bytes, meta_data, getTreePath(tree, meta_data.path_in_schema));
      }
      return scan.readColumn({ column, rowStart, rowEnd });
    };
    const ofGroup: ArrayLike<unknown>[] = [];
    for (const column of columns) ofGroup.push(await whole(() => read(column)));
    for (let row = 0; row < rowEnd - rowStart; row++) {
      if (++line < firstRow) continue;
      const values = ofGroup.map((column, i): ParquetValue => {
        const value: unknown = column[row];
        if (value === undefined && isPlain[i])
          throw damaged(file, `row ${line} has no value in ${quoteName(columns[i]!)}`);
        const classes = labels.get(columns[i]!);
        return classes ? nameClasses(value, columns[i]!, classes) : { value };
      });
      const waiting = onRow(line, values);
      if (waiting) await waiting;
    }
    reading.progress?.(line / Number(metadata.num_rows));
  }
}

/** The group of rows that starts at a row. */
function groupAt({ row_groups }: FileMetaData, rowStart: number): FileMetaData['row_groups'][number] {
  let start = 0;
  return row_groups.find((group) => {
    const isMeant = start === rowStart && group.num_rows > 0n;
    start += Number(group.num_rows);
    return isMeant;
  })!;
}

/** Where a column's bytes are: the dictionary's pages come first, where there is one. */
function extentOf(column: ColumnMetaData): [start: number, end: number] {
  const { dictionary_page_offset, data_page_offset, total_compressed_size } = column;
  const start = Number(dictionary_page_offset || data_page_offset);
  return [start, start + Number(total_compressed_size)];
}

/** Bytes that are no text stay bytes: decoded in silence, they would be replacement characters. */
function textOf(bytes: Uint8Array): string | Uint8Array {
  if (!bytes || !isUtf8(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

const parsers = { stringFromBytes: textOf, jsonFromBytes: textOf };

function requireAllRows(file: string, { num_rows, row_groups }: FileMetaData): void {
  const rows = row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (row_groups.some((group) => group.num_rows < 0n)) throw damaged(file, 'a group has less than no rows');
  if (rows !== Number(num_rows)) throw damaged(file, `${num_rows} rows are promised, and ${rows} are there`);
}

function findColumn(file: string, names: readonly string[], { name }: WantedColumn): string {
  const position = names.indexOf(name);
  if (position < 0) {
    const hint = `${didYouMeanHint(name, names)}The columns are: ${listNames(names)}.`;
    throw new MissingColumnError(`there is no column ${quoteName(name)}`, { file }, hint, names);
  }
  if (names.lastIndexOf(name) === position) return name;
  throw new HumanError(`there are several columns ${quoteName(name)}`, {
    place: { file },
    hint: 'Rename all but one of them.',
  });
}
