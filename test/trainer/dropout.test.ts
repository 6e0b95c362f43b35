import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { fillDropoutMask } from '../../src/trainer/dropout';

describe('dropout masks', () => {
  for (const rate of [0.1, 0.5, 0.8]) {
    it(`rate ${rate}: zeros at that share, all else scaled up so that the mean stays 1`, () => {
      const mask = new Float32Array(20_000).fill(Number.NaN);
      fillDropoutMask(mask, rate, createRandom(5));
      const zeros = mask.filter((value) => value === 0).length;
      const kept = Math.fround(1 / (1 - rate));
      expect(mask.every((value) => value === 0 || value === kept)).toBe(true);
      // Five standard deviations of a binomial's share.
      expect(Math.abs(zeros / mask.length - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / 20_000));
    });
  }

  it('is repeated by a seed and new at every draw', () => {
    const draw = (random = createRandom(11)) => {
      const mask = new Float32Array(64);
      fillDropoutMask(mask, 0.5, random);
      return mask;
    };
    expect(draw()).toEqual(draw());
    const random = createRandom(11);
    expect(draw(random)).not.toEqual(draw(random));
  });
});
