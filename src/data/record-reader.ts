import type { Reading } from './bytes';
import type { RowProblems } from './row-problems';
import type { DataFile } from './sources';

/** A field as text; of a column that may hold several values also a list of texts. */
export type FieldValue = string | readonly string[];

/**
 * Called for each record with its line and the values of the wanted columns, in their order. Reading waits for a
 * promise that is returned.
 *
 * @param file where the record stands, if not in the file that is read: a text of its own in a folder
 */
export type OnRecord = (line: number, values: FieldValue[], file?: string) => void | Promise<void>;

export interface WantedColumn {
  name: string;
  /** Whether a list of values, where the format has lists, is fine. */
  mayBeList?: boolean;
}

/**
 * Reads one file's records, one at a time.
 *
 * @param problems receives what is wrong with single rows; these are not passed to `onRecord`
 * @throws HumanError for what makes the rest of the file unreadable
 */
export type RecordReader = (
  data: DataFile,
  reading: Reading,
  columns: readonly WantedColumn[],
  problems: RowProblems,
  onRecord: OnRecord,
) => Promise<void>;

/** Longer records are no texts to classify: most likely a quote or a line break is missing. */
export const longestRecordBytes = 1 << 24;
