import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { DataColumn, DataInspection } from '../protocol/helper';
import { HumanError } from '../protocol/human-error';
import { readUtf8 } from './encoding';
import { guessLabelColumn, guessLabelSeparator, guessTextColumn } from './guess-columns';
import { type DataFormat, formatOf } from './read';
import { RowProblems } from './row-problems';
import { tableReaders } from './table';

const mostRows = 1000;
const mostValues = 20;
/** Longer values are texts, of which the beginning is enough to know them by. */
const shownCharacters = 200;

/**
 * The columns of a data file and what they seem to hold, from its first megabyte and its first thousand rows.
 * Rows that cannot be read are left out: what is wrong with them is for the check to say.
 *
 * @throws HumanError where the file cannot be read or its format is not known
 */
export async function inspect(file: string): Promise<DataInspection> {
  const format = formatOf(file);
  const { text, isWhole } = await readBeginning(file);
  const { columns, rows } = await look(file, format, text).catch((error: unknown) => {
    // A quote that is open where the reading ended is no mistake of the file's.
    const line = error instanceof HumanError && !isWhole ? error.place?.line : undefined;
    if (line === undefined) throw error;
    return look(file, format, text.subarray(0, startOfLine(text, line)));
  });
  const looked = Math.min(rows, mostRows);
  const textColumn = guessTextColumn(columns, looked);
  const labelColumn = guessLabelColumn(columns, looked, textColumn);
  return {
    format,
    columns,
    ...(textColumn === undefined ? {} : { textColumn }),
    ...(labelColumn === undefined ? {} : { labelColumn }),
    rows: looked,
    complete: isWhole && rows <= mostRows,
  };
}

async function look(
  file: string,
  format: DataFormat,
  text: Buffer,
): Promise<{ columns: DataColumn[]; rows: number }> {
  const columns = new Map<string, Values>();
  let rows = 0;
  const column = (name: string) => {
    const known = columns.get(name) ?? new Values();
    columns.set(name, known);
    return known;
  };
  await tableReaders[format](file, Readable.from([text]), new RowProblems(file), {
    onHeader: (names) => names.forEach(column),
    onRow: (_, names, values) => {
      if (++rows > mostRows) return;
      names.forEach((name, i) => {
        column(name).add(values[i]!);
      });
    },
  });
  return { columns: [...columns].map(([name, values]) => values.describe(name)), rows };
}

/** The beginning of a file up to its last whole line; all of it if it is short. */
async function readBeginning(file: string): Promise<{ text: Buffer; isWhole: boolean }> {
  const size = await sizeOf(file);
  let bytes = 0;
  const chunks = readUtf8(file, (chunk) => {
    bytes += chunk.length;
  });
  for await (const chunk of chunks) {
    if (bytes >= size) return { text: chunk, isWhole: true };
    const end = chunk.lastIndexOf(lineBreak) + 1;
    return { text: end > 0 ? chunk.subarray(0, end) : chunk, isWhole: false };
  }
  return { text: Buffer.alloc(0), isWhole: true };
}

const lineBreak = 0x0a;

/** Where a line, counted from 1, starts. */
function startOfLine(text: Buffer, line: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) start = text.indexOf(lineBreak, start) + 1;
  return start;
}

/** 0 where there is no such file: reading it says so. */
async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

/** What a column holds. */
class Values {
  private readonly counts = new Map<string, number>();
  private length = 0;
  private total = 0;

  add(value: string): void {
    const trimmed = value.trim();
    this.counts.set(trimmed, (this.counts.get(trimmed) ?? 0) + 1);
    this.length += trimmed.length;
    this.total++;
  }

  describe(name: string): DataColumn {
    const labelSeparator = guessLabelSeparator([...this.counts.keys()]);
    const frequent = [...this.counts].sort(([, a], [, b]) => b - a).slice(0, mostValues);
    return {
      name,
      distinct: this.counts.size,
      values: frequent.map(([value]) =>
        value.length > shownCharacters ? `${value.slice(0, shownCharacters)}…` : value,
      ),
      meanLength: this.total === 0 ? 0 : this.length / this.total,
      ...(labelSeparator === undefined ? {} : { labelSeparator }),
    };
  }
}
