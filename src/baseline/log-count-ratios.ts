import type { Targets } from './pointwise-loss';
import type { SparseMatrix } from './sparse';

/**
 * For each output `[columns]` the log-count ratio between its rows and all others, by which "NBSVM" weighs features
 * (Wang and Manning, "Baselines and Bigrams", 2012):
 *
 *     r = ln((p / |p|) / (q / |q|)),  p = 1 + counts in the output's rows,  q = 1 + counts in the others
 *
 * with |p| the sum over all features. With more than two classes, each is told from all others.
 *
 * @param matrix the counts, `[rows, columns]`
 * @param isFeature columns for which it gives false are no features: their ratio is 0
 */
export function logCountRatios(
  { rows, columns, starts, indices, values }: SparseMatrix,
  { outputs, truth }: Targets,
  isFeature: (column: number) => boolean,
): Float64Array[] {
  return Array.from({ length: outputs }, (_, output) => {
    const counts = [new Float64Array(columns), new Float64Array(columns)] as const;
    for (let row = 0; row < rows; row++) {
      const side = counts[truth[output * rows + row] ? 1 : 0];
      for (let entry = starts[row]!; entry < starts[row + 1]!; entry++)
        side[indices[entry]!]! += values[entry]!;
    }
    const [others, own] = counts;
    let [ownTotal, otherTotal] = [0, 0];
    for (let column = 0; column < columns; column++) {
      if (!isFeature(column)) continue;
      ownTotal += 1 + own[column]!;
      otherTotal += 1 + others[column]!;
    }
    const shift = Math.log(otherTotal / ownTotal);
    return own.map((count, column) =>
      isFeature(column) ? Math.log((1 + count) / (1 + others[column]!)) + shift : 0,
    );
  });
}
