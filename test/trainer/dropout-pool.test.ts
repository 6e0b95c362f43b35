import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { DropoutPool, DropoutPools } from '../../src/trainer/dropout-pool';

const places = (mask: Float32Array) => mask.byteOffset / 4;

describe('the dropout pool', () => {
  for (const rate of [0.1, 0.5]) {
    it(`rate ${rate}: zeros at that share, all else scaled up so that the mean stays 1`, () => {
      const mask = new DropoutPool(rate).draw(50_000, createRandom(3));
      const zeros = mask.filter((value) => value === 0).length;
      const kept = Math.fround(1 / (1 - rate));
      expect(mask).toHaveLength(50_000);
      expect(mask.every((value) => value === 0 || value === kept)).toBe(true);
      // Five standard deviations of a binomial's share.
      expect(Math.abs(zeros / mask.length - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / 50_000));
    });
  }

  it('gives another mask at every draw, the same ones for the same seed', () => {
    const draw = (seed: number) => {
      const [pool, random] = [new DropoutPool(0.5), createRandom(seed)];
      return [pool.draw(1000, random), pool.draw(1000, random)].map((mask) => [...mask]);
    };
    const [first, second] = draw(1);
    expect(first).not.toEqual(second);
    expect(draw(1)).toEqual([first, second]);
    expect(draw(2)[0]).not.toEqual(first);
  });

  it('has room for masks of any size, and many places for each', () => {
    const [pool, random] = [new DropoutPool(0.5), createRandom(1)];
    const starts = Array.from({ length: 50 }, () => pool.draw(5_000_000, random));
    expect(starts.every((mask) => mask.length === 5_000_000)).toBe(true);
    expect(new Set(starts.map(places)).size).toBeGreaterThan(45);
    for (const mask of starts) expect(places(mask) % 16).toBe(0);
  });

  it('leaves masks that are in use as they are when a larger one is asked for', () => {
    const [pool, random] = [new DropoutPool(0.5), createRandom(1)];
    const mask = pool.draw(1000, random);
    const before = [...mask];
    pool.draw(20_000_000, random);
    expect([...mask]).toEqual(before);
  });

  it('is drawn anew bit by bit, until nothing of it is left', () => {
    const [pool, random] = [new DropoutPool(0.5), createRandom(1)];
    const all = pool.draw(3_000_000, random);
    const before = all.slice();
    const changed = () => all.filter((value, i) => value !== before[i]).length / all.length;
    pool.renew(random);
    expect(changed()).toBeLessThan(0.1);
    for (let i = 0; i < 40; i++) pool.renew(random);
    // Half of the places get the value that they had.
    expect(changed()).toBeGreaterThan(0.45);
  });

  it('is one for each rate', () => {
    const [pools, random] = [new DropoutPools(), createRandom(1)];
    const scaleOf = (rate: number) => Math.max(...(pools.draw(rate, [10, 20], random).data as Float32Array));
    expect([scaleOf(0.5), scaleOf(0.1), scaleOf(0.5)]).toEqual([2, Math.fround(1 / 0.9), 2]);
    pools.renew(random);
  });
});
