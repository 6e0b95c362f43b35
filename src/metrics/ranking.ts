import type { Outcomes } from './outcomes';

export interface Ranking {
  rocAuc: number | null;
  prAuc: number | null;
}

/**
 * How well a class's probabilities put the rows that have it before those that don't, as scikit-learn's
 * `roc_auc_score` and `average_precision_score`; null where the rows have none of it, or nothing else.
 */
export function rankingOf(outcomes: Outcomes, column: number): Ranking {
  const positives = positivesOf(outcomes, column);
  const negatives = outcomes.rows - positives;
  if (positives === 0 || negatives === 0) return { rocAuc: null, prAuc: null };
  let [pairs, precision, hits, misses] = [0, 0, 0, 0];
  eachScore(outcomes, column, ({ hits: newHits, misses: newMisses }) => {
    // Each of these negatives comes after all hits so far; half of those with the same score count.
    pairs += newMisses * (hits + newHits / 2);
    hits += newHits;
    misses += newMisses;
    precision += newHits * (hits / (hits + misses));
  });
  return { rocAuc: pairs / (positives * negatives), prAuc: precision / positives };
}

export function positivesOf({ truth, rows, classes }: Outcomes, column: number): number {
  let positives = 0;
  for (let row = 0; row < rows; row++) positives += truth[row * classes + column]!;
  return positives;
}

/** Rows with one and the same probability of a class. */
export interface EqualScores {
  score: number;
  /** How many of the rows have the class, and how many have not. */
  hits: number;
  misses: number;
}

/** Goes through a class's different probabilities, the highest first. */
export function eachScore(
  { truth, probabilities, rows, classes }: Outcomes,
  column: number,
  visit: (scores: EqualScores) => void,
): void {
  // What is not negative has the order of its bits. With the truth below them, one sort of plain numbers does.
  const bits = new Uint32Array(probabilities.buffer, probabilities.byteOffset, probabilities.length);
  const keys = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const cell = row * classes + column;
    keys[row] = bits[cell]! * 2 + truth[cell]!;
  }
  keys.sort();
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  for (let row = rows - 1; row >= 0; ) {
    word[0] = Math.floor(keys[row]! / 2);
    const scores = { score: float[0]!, hits: 0, misses: 0 };
    for (; row >= 0 && Math.floor(keys[row]! / 2) === word[0]; row--) {
      if (keys[row]! % 2 === 1) scores.hits++;
      else scores.misses++;
    }
    visit(scores);
  }
}
