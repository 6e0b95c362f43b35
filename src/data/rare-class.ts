import type { Task } from '../protocol/events';

/** From here on rare classes are mostly not learned at all: a share of 5 % or less. */
const heavyImbalance = 20;

export interface RareClass {
  label: string;
  count: number;
  /** What it is rare beside: the rows of the largest class, or of a label among several the rows without it. */
  others: { count: number; label?: string };
}

/**
 * The smallest class, where it is so rare that a model does well without ever giving it.
 *
 * @param counts of the training rows that have each label
 * @param rows how many training rows there are
 */
export function rareClass(
  labels: readonly string[],
  counts: readonly number[],
  rows: number,
  task: Task,
): RareClass | undefined {
  const seen = labels.map((label, i) => ({ label, count: counts[i]! })).filter(({ count }) => count > 0);
  if (seen.length === 0) return undefined;
  const smallest = seen.reduce((least, one) => (one.count < least.count ? one : least));
  const largest = seen.reduce((most, one) => (one.count > most.count ? one : most));
  // Each label of several is told from the rows without it, not from the other labels.
  const others = task === 'multi-label' ? { count: rows - smallest.count } : largest;
  return others.count > heavyImbalance * smallest.count ? { ...smallest, others } : undefined;
}
