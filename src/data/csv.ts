import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { countOf } from '../protocol/count';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import { readUtf8 } from './encoding';
import { countLineBreaks, placeInText } from './lines';
import { findQuoteProblem } from './quotes';
import { longestRecordBytes, type RecordReader, type WantedColumn } from './record-reader';
import { MissingColumnError, type RowProblems } from './row-problems';

/** What csv-parse gives for each record with the option `raw`. */
interface RawRecord {
  record: string[];
  raw: string;
}

const hints = {
  quote:
    'A field that starts with a quote ends with the next single quote; a quote inside it is written twice ("").',
  width: 'Put quotes around a field that holds the delimiter or a line break.',
};

/** Reads the wanted columns of comma- or tab-separated values, see `readDelimited`. */
export function delimitedReader(delimiter: ',' | '\t'): RecordReader {
  return async (data, reading, columns, problems, onRecord) => {
    const { file } = data;
    let positions: number[] = [];
    await readDelimited(file, readUtf8(data, reading), delimiter, problems, {
      onHeader: (line, names) => {
        positions = findColumns(file, line, names, columns, delimiter);
      },
      onRow: (line, fields) =>
        onRecord(
          line,
          positions.map((position) => fields[position]!),
        ),
    });
  };
}

export interface DelimitedHandlers {
  /** The columns' names, trimmed. */
  onHeader(line: number, names: string[]): void;
  /** As many fields as the header has. Reading waits for a promise that is returned. */
  onRow(line: number, fields: string[]): void | Promise<void>;
}

/**
 * Reads comma- or tab-separated values with a header row, RFC 4180: quoted fields may hold delimiters, line
 * breaks and doubled quotes. Lines that are blank are no rows. Headers are trimmed.
 *
 * @param chunks valid UTF-8 that never ends inside a character
 * @param problems receives rows of another width than the header's
 * @throws HumanError for quotes that are not closed properly
 */
export async function readDelimited(
  file: string,
  chunks: AsyncIterable<Buffer>,
  delimiter: ',' | '\t',
  problems: RowProblems,
  { onHeader, onRow }: DelimitedHandlers,
): Promise<void> {
  const parser = parse({
    delimiter,
    // All three, so that a file of mixed line ends never leaves a \r at the end of a label.
    record_delimiter: ['\r\n', '\n', '\r'],
    // Rows are measured here, where the line on which they start is known; csv-parse's own count of
    // lines takes a quoted \r\n for two.
    relax_column_count: true,
    // Accepts quotes inside unquoted fields; the doubtful cases that it accepts too are refused below.
    relax_quotes: true,
    max_record_size: longestRecordBytes,
    raw: true,
  });
  let line = 1;
  let width: number | undefined;

  const readRecord = ({ record, raw }: RawRecord): void | Promise<void> => {
    const start = line;
    // Line breaks can only be inside quoted fields, and one ends the record.
    for (const field of record) line += countLineBreaks(field);
    line++;
    if (record.some((field) => field.startsWith('"'))) {
      const stray = findQuoteProblem(raw, delimiter);
      if (stray) throw quoteError(file, raw, start, stray);
    }
    if (record.length === 1 && record[0]!.trim() === '') return;
    if (width === undefined) {
      width = record.length;
      return onHeader(
        start,
        record.map((name) => name.trim()),
      );
    }
    if (record.length === width) return onRow(start, record);
    problems.add({
      line: start,
      message: `this row has ${countOf(record.length, 'field')}, the header has ${width}`,
      hint: hints.width,
    });
  };

  // pipeline may report the aborted reading instead of what aborted it.
  let failure: unknown;
  const readAll = async (records: AsyncIterable<RawRecord>) => {
    for await (const record of records) {
      try {
        const waiting = readRecord(record);
        if (waiting) await waiting;
      } catch (error) {
        failure = error;
        throw error;
      }
    }
  };
  try {
    await pipeline(Readable.from(chunks), parser, readAll);
  } catch (aborted) {
    const error = failure ?? aborted;
    throw error instanceof CsvError ? describeCsvError(file, error, line, delimiter) : error;
  }
}

function findColumns(
  file: string,
  line: number,
  names: readonly string[],
  columns: readonly WantedColumn[],
  delimiter: string,
): number[] {
  return columns.map(({ name: column }) => {
    const position = names.indexOf(column);
    if (position < 0) {
      throw new MissingColumnError(
        `there is no column ${quoteName(column)}`,
        { file, line },
        `${didYouMeanHint(column, names)}The header has: ${listNames(names)}.${guessDelimiter(names, delimiter)}`,
        names,
      );
    }
    if (names.lastIndexOf(column) !== position) {
      throw new HumanError(`there are several columns ${quoteName(column)}`, {
        place: { file, line },
        hint: 'Rename all but one of them.',
      });
    }
    return position;
  });
}

/** A header that is one field with another delimiter in it was most likely written with that delimiter. */
function guessDelimiter(names: readonly string[], delimiter: string): string {
  const only = names.length === 1 ? names[0]! : '';
  if (delimiter !== '\t' && only.includes('\t')) return ' It looks like tabs: set data.format to "tsv".';
  if (delimiter !== ',' && only.includes(',')) return ' It looks like commas: set data.format to "csv".';
  if (only.includes(';')) return ' It looks like semicolons: save the file with commas instead.';
  return '';
}

/** @param line where the record that csv-parse was reading starts */
function describeCsvError(file: string, error: CsvError, line: number, delimiter: string): Error {
  const raw = typeof error.raw === 'string' ? error.raw : '';
  const problem = findQuoteProblem(raw, delimiter);
  if (problem) return quoteError(file, raw, line, problem);
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return new HumanError(`this row is longer than ${longestRecordBytes >> 20} MiB`, {
      place: { file, line },
      hint: 'Is this a data file with line breaks between its rows?',
      cause: error,
    });
  }
  return error;
}

function quoteError(
  file: string,
  raw: string,
  firstLine: number,
  { opened, stray }: { opened: number; stray?: number },
): HumanError {
  const start = placeInText(raw, opened, firstLine);
  if (stray === undefined) {
    return new HumanError('this quote is never closed', { place: { file, ...start }, hint: hints.quote });
  }
  const end = placeInText(raw, stray, firstLine);
  // Over several lines, the quote that opened is the likelier mistake: it swallowed rows up to the next one.
  if (end.line !== start.line) {
    return new HumanError(
      `this quote is not closed: the next one, at line ${end.line}, column ${end.column}, has text after it`,
      { place: { file, ...start }, hint: hints.quote },
    );
  }
  return new HumanError('text follows the quote that closes this field', {
    place: { file, ...end },
    hint: hints.quote,
  });
}
