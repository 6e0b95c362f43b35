import type { Task } from '../protocol/events';
import { type Outcomes, outcomesOf } from './outcomes';
import { eachScore, positivesOf } from './ranking';

/** Rows that thresholds are chosen on: validation's, never those of a test. */
export interface ThresholdRows {
  /** The classes of each row. */
  readonly truth: readonly ArrayLike<number>[];
  /** [rows, classes] */
  readonly probabilities: Float32Array;
}

/**
 * The thresholds of the best F1 on these rows: each label's own in a multi-label task, that of the second of two
 * classes otherwise (scikit-learn's `f1_score` takes the same one).
 */
export function chooseThresholds(task: Task, labels: readonly string[], rows: ThresholdRows): number[] {
  const outcomes = outcomesOf({ task, labels, ...rows });
  return task === 'multi-label'
    ? labels.map((_, label) => bestThreshold(outcomes, label))
    : [bestThreshold(outcomes, 1)];
}

/**
 * The threshold of a class's best F1. The same rows are given the class wherever the threshold lies between two
 * neighbouring probabilities: 0.5 is taken if it is there, else the middle. Of equally good gaps the one nearest
 * to 0.5 counts, so that a class that no row has is left at 0.5.
 */
export function bestThreshold(outcomes: Outcomes, column: number): number {
  const positives = positivesOf(outcomes, column);
  const best = { f1: -1, threshold: 0.5 };
  let [hits, given, high] = [0, 0, 1];
  const consider = (low: number) => {
    if (low >= high) return;
    const f1 = given + positives === 0 ? 0 : (2 * hits) / (given + positives);
    const threshold = within(low, high);
    const isNearer = Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (f1 > best.f1 || (f1 === best.f1 && isNearer)) Object.assign(best, { f1, threshold });
  };
  eachScore(outcomes, column, ({ score, hits: newHits, misses }) => {
    consider(score);
    high = score;
    hits += newHits;
    given += newHits + misses;
  });
  consider(0);
  return best.threshold;
}

/** Above `low` and no more than `high`: 0.5, or else the middle in as few digits as fit. */
function within(low: number, high: number): number {
  const middle = (low + high) / 2;
  const candidates = [0.5, ...[2, 3, 4].map((digits) => Number(middle.toPrecision(digits)))];
  return candidates.find((threshold) => low < threshold && threshold <= high) ?? middle;
}
