import type { RowProblems } from './row-problems';

/** A field as text; of a column that may hold several values also a list of texts. */
export type FieldValue = string | readonly string[];

/** Called for each record with its line and the values of the wanted columns, in their order. */
export type OnRecord = (line: number, values: FieldValue[]) => void;

export interface WantedColumn {
  name: string;
  /** Whether a list of values, where the format has lists, is fine. */
  mayBeList?: boolean;
}

/**
 * Reads one file's records.
 *
 * @param chunks valid UTF-8 that never ends inside a character
 * @param problems receives what is wrong with single rows; these are not passed to `onRecord`
 * @throws HumanError for what makes the rest of the file unreadable
 */
export type RecordReader = (
  file: string,
  chunks: AsyncIterable<Buffer>,
  columns: readonly WantedColumn[],
  problems: RowProblems,
  onRecord: OnRecord,
) => Promise<void>;

/** Longer records are no texts to classify: most likely a quote or a line break is missing. */
export const longestRecordBytes = 1 << 24;
