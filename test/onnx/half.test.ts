import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { toHalf } from '../../src/onnx/half';

/** The value of a binary16, by its definition. */
function halfValue(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Every finite one from 0 upwards: their bits are in order. */
const halves = Array.from({ length: 0x7c00 }, (_, bits) => halfValue(bits));

describe('32-bit floats as 16-bit ones', () => {
  it('keeps every number that 16 bits hold, with its sign', () => {
    const values = Float32Array.from(halves);
    expect([...toHalf(values)]).toEqual(halves.map((_, bits) => bits));
    expect([...toHalf(values.map((value) => -value))]).toEqual(halves.map((_, bits) => bits + 0x8000));
  });

  it('takes the nearer neighbour, and the even one of two as near', () => {
    const between = halves.slice(0, -1).map((low, bits) => (low + halves[bits + 1]!) / 2);
    expect([...toHalf(Float32Array.from(between))]).toEqual(between.map((_, bits) => bits + (bits % 2)));
    const nudged = (factor: number) => Float32Array.from(between, (value) => value * factor);
    expect([...toHalf(nudged(1 - 2 ** -22))]).toEqual(between.map((_, bits) => bits));
    expect([...toHalf(nudged(1 + 2 ** -22))]).toEqual(between.map((_, bits) => bits + 1));
  });

  it.each([1e-8, 2 ** -26, 1e-38, 1e-44, 0])('rounds %s to zero', (tiny) => {
    expect([...toHalf(Float32Array.of(tiny, -tiny))]).toEqual([0, 0x8000]);
  });

  it('is never further away than half a step (seed 5)', () => {
    const random = createRandom(5);
    const values = Float32Array.from(
      { length: 20_000 },
      () => random.normal() * 10 ** (random.integer(9) - 5),
    );
    toHalf(values).forEach((bits, i) => {
      const step = Math.max(2 ** (Math.floor(Math.log2(Math.abs(values[i]!))) - 10), 2 ** -24);
      expect(Math.abs(halfValue(bits) - values[i]!), String(values[i])).toBeLessThanOrEqual(step / 2);
    });
  });
});
