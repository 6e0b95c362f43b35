/**
 * The probability of every class of one text, from its logits `[outputs]`. For a multi-label task the sigmoid of
 * each; otherwise the softmax, or the sigmoid where one logit tells two classes apart.
 */
export function probabilities(logits: ArrayLike<number>, task: 'single-label' | 'multi-label'): number[] {
  if (task === 'multi-label') return Array.from(logits, sigmoid);
  // Not 1 minus the other: the smaller of the two would lose its digits.
  if (logits.length === 1) return [sigmoid(-logits[0]!), sigmoid(logits[0]!)];
  const list = Array.from(logits);
  const largest = Math.max(...list);
  const exponentials = list.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** The probabilities of many texts, `[rows, classes]`, from the logits of each, `[outputs]`. */
export function probabilityMatrix(
  logits: readonly ArrayLike<number>[],
  classes: number,
  task: 'single-label' | 'multi-label',
): Float32Array {
  const matrix = new Float32Array(logits.length * classes);
  logits.forEach((ofText, row) => {
    matrix.set(probabilities(ofText, task), row * classes);
  });
  return matrix;
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** One row of a matrix with this many columns, as a view. */
export function rowOf(matrix: Float32Array, columns: number, row: number): Float32Array {
  return matrix.subarray(row * columns, (row + 1) * columns);
}
