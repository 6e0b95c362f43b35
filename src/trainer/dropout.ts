import type { Random } from '../data/random';

/** Two places share one 32-bit number: a rate is met to within 1 / 65 536. */
const STEPS = 2 ** 16;

/**
 * Fills a mask with 0 (probability `rate`) and 1 / (1 - rate).
 * A mask has a million places and is drawn anew in every step, so the numbers come from a
 * generator inside the loop (Marsaglia's xorshift128, 2003) that `random` starts.
 */
export function fillDropoutMask(mask: Float32Array, rate: number, random: Random): void {
  const threshold = Math.round(rate * STEPS);
  const kept = 1 / (1 - rate);
  // Never all zero: the generator would stay there.
  let [a, b, c, d] = [random.integer(2 ** 31) + 1, random.integer(2 ** 31), random.integer(2 ** 31), 1];
  for (let i = 0; i < mask.length; i += 2) {
    const t = a ^ (a << 11);
    a = b;
    b = c;
    c = d;
    d = d ^ (d >>> 19) ^ t ^ (t >>> 8);
    mask[i] = (d & 0xffff) < threshold ? 0 : kept;
    // Beyond the end of an odd mask, this writes nothing.
    mask[i + 1] = d >>> 16 < threshold ? 0 : kept;
  }
}
