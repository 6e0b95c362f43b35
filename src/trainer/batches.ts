import type { Random } from '../data/random';
import type { EncodedText } from './batch';

/** Texts of so many batches are sorted by length among themselves: little padding, yet random batches. */
const BATCHES_A_POOL = 50;

/**
 * One epoch's batches: texts in random order, those of similar length together, batches in
 * random order. Returns the texts' indices.
 */
export function trainingBatches(
  texts: readonly EncodedText[],
  batchSize: number,
  random: Random,
): number[][] {
  const order = texts.map((_, index) => index);
  random.shuffle(order);
  const pools = chunks(order, batchSize * BATCHES_A_POOL);
  const lengths = lengthsOf(texts);
  const batches = pools.flatMap((pool) => chunks(byLength(lengths, pool), batchSize));
  random.shuffle(batches);
  return batches;
}

/** All texts once, the shortest first, for evaluation. */
export function evaluationBatches(texts: readonly EncodedText[], batchSize: number): number[][] {
  const order = texts.map((_, index) => index);
  return chunks(byLength(lengthsOf(texts), order), batchSize);
}

function lengthsOf(texts: readonly EncodedText[]): Uint32Array {
  return Uint32Array.from(texts, (text) => text.length ?? text.ids.length);
}

function byLength(lengths: Uint32Array, indices: readonly number[]): number[] {
  return [...indices].sort((a, b) => lengths[a]! - lengths[b]!);
}

/** The items in lists of this size, the last one of what is left. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
