import type { ClassScores, Evaluation } from '../src/protocol/events';

/** With more classes than this, the frequent confusions are listed first and the matrix is shown on demand. */
export const matrixClasses = 12;

export interface Confusion {
  truth: string;
  predicted: string;
  rows: number;
  /** Of the rows that truly have the label. */
  share: number;
}

/** Which class is taken for which, most often first. */
export function frequentConfusions({ classes, confusion }: Evaluation): Confusion[] {
  return confusion
    .flatMap((row, truth) =>
      row.flatMap((rows, predicted) =>
        rows > 0 && truth !== predicted
          ? [
              {
                truth: classes[truth]!.label,
                predicted: classes[predicted]!.label,
                rows,
                share: rows / Math.max(1, classes[truth]!.support),
              },
            ]
          : [],
      ),
    )
    .sort((a, b) => b.rows - a.rows);
}

export type ClassColumn = keyof ClassScores;

export interface Sorting {
  column: ClassColumn;
  descending: boolean;
}

/**
 * The classes sorted by a column; as they are where there is none. Ties keep their order, and classes without a
 * value come last either way.
 */
export function sortClasses(classes: readonly ClassScores[], sorting: Sorting | null): ClassScores[] {
  if (!sorting) return [...classes];
  const { column, descending } = sorting;
  const sign = descending ? -1 : 1;
  return [...classes].sort((a, b) => {
    const [first, second] = [a[column], b[column]];
    if (first == null || second == null) return Number(first == null) - Number(second == null);
    return sign * compare(first, second);
  });
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
