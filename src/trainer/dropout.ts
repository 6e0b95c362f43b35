import type { Random } from '../data/random';

/** Fills a mask with 0 (probability `rate`) and 1 / (1 - rate). */
export function fillDropoutMask(mask: Float32Array, rate: number, random: Random): void {
  const kept = 1 / (1 - rate);
  for (let i = 0; i < mask.length; i++) mask[i] = random.next() < rate ? 0 : kept;
}
