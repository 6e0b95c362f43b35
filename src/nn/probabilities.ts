/**
 * Class probabilities of one text, from its logits `[outputs]`: the sigmoid for one output, the
 * softmax for more.
 */
export function probabilities(logits: ArrayLike<number>): number[] {
  if (logits.length === 1) {
    // Not 1 minus the other: the smaller of the two would lose its digits.
    return [1 / (1 + Math.exp(logits[0]!)), 1 / (1 + Math.exp(-logits[0]!))];
  }
  const list = Array.from(logits);
  const largest = Math.max(...list);
  const exponentials = list.map((logit) => Math.exp(logit - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** The index of the largest number, the first of several. */
export function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** The class that a batch's `logits [batch, outputs]` give to one of its texts, and its probability. */
export function classify(
  logits: Float32Array,
  outputs: number,
  row: number,
): { index: number; probability: number } {
  const shares = probabilities(logits.subarray(row * outputs, (row + 1) * outputs));
  const index = largestIndex(shares);
  return { index, probability: shares[index]! };
}
