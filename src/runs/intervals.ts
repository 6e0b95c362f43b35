import type { Interval } from '../protocol/dashboard';

/** The 97.5 % point of the normal distribution. */
const z = 1.959964;

/** Below this many rows, an interval says more about the formula than about the model. */
const fewestRows = 10;

/**
 * The 95 % confidence interval of a share, by Wilson's score method (E. B. Wilson, 1927).
 *
 * @param share between 0 and 1, of `rows` rows
 */
export function shareInterval(share: number, rows: number): Interval | null {
  if (rows < fewestRows) return null;
  const centre = (share + z ** 2 / (2 * rows)) / (1 + z ** 2 / rows);
  const half = (z / (1 + z ** 2 / rows)) * Math.sqrt((share * (1 - share)) / rows + z ** 2 / (4 * rows ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * The 95 % confidence interval of the macro F1 (the mean of the classes' F1), by the delta method: F1 is a
 * smooth function of the confusion matrix's shares, which are multinomial. After K. Takahashi et al.,
 * "Confidence interval for micro-averaged F1 and macro-averaged F1 scores", Applied Intelligence 52 (2022);
 * their derivative is taken over all cells here, with F1 = 2 tp / (row + column).
 *
 * @param confusion `[truth][prediction]` counts
 */
export function macroF1Interval(confusion: readonly (readonly number[])[]): Interval | null {
  const classes = confusion.length;
  const rows = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total < fewestRows) return null;
  const columns = confusion.map((_, j) => confusion.reduce((sum, row) => sum + row[j]!, 0));
  // A class that neither occurs nor is predicted has an F1 of 0 and no slope.
  const sizes = rows.map((row, i) => row + columns[i]!);
  const f1 = sizes.map((size, i) => (size === 0 ? 0 : (2 * confusion[i]![i]!) / size));
  const macro = f1.reduce((sum, value) => sum + value, 0) / classes;

  // d macro / d share of the cell (i, j): each share adds to row i, to column j and, on the diagonal, to tp.
  const slope = (i: number, j: number) => {
    const of = (k: number) => (sizes[k] === 0 ? 0 : (-f1[k]! * total) / sizes[k]!);
    const hit = i === j && sizes[i] !== 0 ? (2 * total) / sizes[i]! : 0;
    return (of(i) + of(j) + hit) / classes;
  };
  let mean = 0;
  let square = 0;
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      const share = confusion[i]![j]! / total;
      if (share === 0) continue;
      mean += share * slope(i, j);
      square += share * slope(i, j) ** 2;
    }
  }
  const half = z * Math.sqrt(Math.max(0, square - mean ** 2) / total);
  return { low: Math.max(0, macro - half), high: Math.min(1, macro + half) };
}
