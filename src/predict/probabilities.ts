/**
 * The probability of each class from one text's logits: their softmax, or, for a single logit that tells
 * two classes apart, the sigmoid and what is left of it.
 */
export function probabilitiesOf(logits: ArrayLike<number>): number[] {
  if (logits.length === 1) return [sigmoid(-logits[0]!), sigmoid(logits[0]!)];
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const exponentials = values.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
