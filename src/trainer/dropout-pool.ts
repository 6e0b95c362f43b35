import type { Random } from '../data/random';
import { sizeOf, type Tensor } from '../runtime/executor';
import { fillDropoutMask } from './dropout';

/** At the start, and the unit in which the pool grows: 4 million numbers, 16 MB. */
const SMALLEST = 2 ** 22;
/** A window may begin anywhere in what the pool has beyond its length: at least in so large a share. */
const ROOM = 0.25;
/** Windows begin where vector instructions like to. */
const ALIGNMENT = 16;
/** So many numbers are drawn anew at each step. */
export const RENEWED = 2 ** 18;

/** How long a row is that windows of so many numbers are cut out of. */
export function roomFor(count: number): number {
  return Math.ceil((count * (1 + ROOM)) / SMALLEST) * SMALLEST;
}

/** Where a window of so many numbers begins in a row of this length: anywhere. */
export function drawStart(length: number, count: number, random: Random): number {
  const places = Math.floor((length - count) / ALIGNMENT) + 1;
  return random.integer(places) * ALIGNMENT;
}

/**
 * Dropout masks that cost nothing to make: each is a window at a random place of one long row of random zeros and
 * ones, scaled as dropout scales them. The masks of an encoder's step have tens of millions of places, most of them of
 * the attention: to draw each anew would take as long as the layers. Part of the row is drawn anew before each step.
 */
export class DropoutPool {
  private row = new Float32Array(0);
  private renewedUpTo = 0;

  constructor(private readonly rate: number) {}

  /** A mask of so many places; its content is valid until the pool is renewed. */
  draw(count: number, random: Random): Float32Array<ArrayBuffer> {
    const room = roomFor(count);
    if (room > this.row.length) {
      this.row = new Float32Array(room);
      fillDropoutMask(this.row, this.rate, random);
    }
    const start = drawStart(this.row.length, count, random);
    return this.row.subarray(start, start + count);
  }

  /** Draws the next part of the row anew: when no mask is in use. */
  renew(random: Random): void {
    const start = this.renewedUpTo >= this.row.length ? 0 : this.renewedUpTo;
    const end = Math.min(start + RENEWED, this.row.length);
    if (end > start) fillDropoutMask(this.row.subarray(start, end), this.rate, random);
    this.renewedUpTo = end;
  }
}

/** A pool for each rate. */
export class DropoutPools {
  private readonly pools = new Map<number, DropoutPool>();

  /** A mask of this shape; its content is valid until the pools are renewed. */
  draw(rate: number, shape: readonly number[], random: Random): Tensor {
    let pool = this.pools.get(rate);
    if (!pool) {
      pool = new DropoutPool(rate);
      this.pools.set(rate, pool);
    }
    return { dtype: 'float32', shape, data: pool.draw(sizeOf(shape), random) };
  }

  renew(random: Random): void {
    for (const pool of this.pools.values()) pool.renew(random);
  }
}
