/** One labelled text and where it stands, so that a person can be led to it. */
export interface Row {
  text: string;
  /** Exactly one, unless the task is multi-label. */
  labels: string[];
  /** The file as it was named to the reader. */
  file: string;
  /** The line on which the record starts, from 1 (a quoted field may span several). */
  line: number;
}

/** A row whose labels have their numbers, the indices in `Dataset.labels`, rising. */
export type Example = Row & {
  labelIndices: readonly number[];
  /** What the same texts share (see same-text.ts), where it is known without them. */
  textKey?: number;
};

/** What training works on. All parts share the classes of `labels`, in the model's order. */
export interface Dataset {
  labels: string[];
  train: Example[];
  validation: Example[];
  test: Example[];
  /** Those of `labels` that no row of the training files has. */
  unseenLabels: string[];
  /**
   * SHA-256 (hexadecimal) of the contents of all files, the part that each one plays, and all that decides which
   * rows there are in each part: runs with the same digest can be compared row by row.
   */
  digest: string;
}

/** How many of the rows have each of the labels. */
export function countLabels(labels: readonly string[], rows: readonly Example[]): number[] {
  const counts = labels.map(() => 0);
  for (const { labelIndices } of rows) for (const index of labelIndices) counts[index]!++;
  return counts;
}
