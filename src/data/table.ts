import { readDelimited } from './csv';
import { fieldText, listTexts, readJsonObjects } from './jsonl';
import type { DataFormat } from './read';
import type { RowProblems } from './row-problems';

export interface TableHandlers {
  /** The columns of a CSV or TSV file, before its rows; JSON Lines have none. */
  onHeader?(names: string[]): void;
  /**
   * Each row with the names and values of all its columns. The names are the header's array in every row of a
   * CSV or TSV file; rows of JSON Lines each have their own. Reading waits for a promise that is returned.
   */
  onRow(line: number, names: readonly string[], values: readonly string[]): void | Promise<void>;
}

type TableReader = (
  file: string,
  chunks: AsyncIterable<Buffer>,
  problems: RowProblems,
  handlers: TableHandlers,
) => Promise<void>;

const delimitedTable =
  (delimiter: ',' | '\t'): TableReader =>
  async (file, chunks, problems, { onHeader, onRow }) => {
    let names: string[] = [];
    await readDelimited(file, chunks, delimiter, problems, {
      onHeader: (_, header) => {
        names = header;
        onHeader?.(names);
      },
      onRow: (line, fields) => onRow(line, names, fields),
    });
  };

/**
 * Reads whole rows, whatever their columns are. Of JSON Lines, lists of texts are joined with commas, as labels are in
 * other files; fields that are objects or null are left out.
 */
export const tableReaders: Record<DataFormat, TableReader> = {
  csv: delimitedTable(','),
  tsv: delimitedTable('\t'),
  jsonl: (file, chunks, problems, { onRow }) =>
    readJsonObjects(file, chunks, problems, (line, object) => {
      const fields = Object.entries(object).flatMap(([name, value]) => {
        const text = fieldText(value) ?? listTexts(value)?.join(',');
        return text === undefined ? [] : [[name, text] as const];
      });
      return onRow(
        line,
        fields.map(([name]) => name),
        fields.map(([, text]) => text),
      );
    }),
};
