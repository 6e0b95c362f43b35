import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';

it("follows xoshiro128**'s published sequence", () => {
  // The first outputs for the state 1, 2, 3, 4, as the reference implementation in C gives them.
  const published = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  const random = createRandom(0);
  random.restore([1, 2, 3, 4]);
  for (let i = 0; i < published.length; i += 2) {
    // As Python's random.random() makes 53 bits of two words.
    expect(random.next()).toBe(
      (Math.floor(published[i]! / 32) * 67108864 + Math.floor(published[i + 1]! / 64)) / 9007199254740992,
    );
  }
  expect(random.state()).toEqual([939045227, 1864939416, 1451579149, 2199351389]);
});

it("is seeded by SplitMix64's published sequence", () => {
  // The first two outputs for the seed 1234567: 6457827717110365317 and 3203168211198807973.
  const words = createRandom(1234567).state().map(BigInt);
  expect(words[0]! + (words[1]! << 32n)).toBe(6457827717110365317n);
  expect(words[2]! + (words[3]! << 32n)).toBe(3203168211198807973n);
});

it('goes on from a saved state', () => {
  const random = createRandom(7);
  random.normal();
  const state = JSON.parse(JSON.stringify(random.state())) as number[];
  const draw = (from: typeof random) => [from.next(), from.normal(), from.integer(100), from.next()];
  const expected = draw(random);
  const other = createRandom(8);
  other.restore(state);
  expect(draw(other)).toEqual(expected);
});

it.each([[[]], [[1, 2, 3]], [[0, 0, 0, 0]], [[1, 2, 3, 0.5]], [[1, 2, 3, -1]], [[1, 2, 3, 2 ** 32]]])(
  'refuses the state %j',
  (state) => {
    expect(() => createRandom(0).restore(state)).toThrow('not a state');
  },
);

it('refuses a seed that is no integer', () => {
  expect(() => createRandom(0.5)).toThrow('integer');
});

it('draws uniformly', () => {
  const random = createRandom(1);
  const n = 100_000;
  let sum = 0;
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < n; i++) {
    const value = random.next();
    expect(value >= 0 && value < 1).toBe(true);
    sum += value;
    counts[random.integer(7)]!++;
  }
  // Five standard deviations: sqrt(1/12n) and sqrt(n · 1/7 · 6/7).
  expect(Math.abs(sum / n - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
  for (const count of counts) expect(Math.abs(count - n / 7)).toBeLessThan(5 * Math.sqrt((n * 6) / 49));
});

it('draws from the normal distribution', () => {
  const random = createRandom(2);
  const n = 100_000;
  const values = Array.from({ length: n }, () => random.normal());
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / n;
  expect(values.every(Number.isFinite)).toBe(true);
  expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(n));
  expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  const within = values.filter((value) => Math.abs(value) < 1).length / n;
  expect(Math.abs(within - 0.682689)).toBeLessThan(5 * Math.sqrt((0.6827 * 0.3173) / n));
});

it('shuffles into each order equally often', () => {
  const random = createRandom(3);
  const counts = new Map<string, number>();
  const n = 24_000;
  for (let i = 0; i < n; i++) {
    const array = ['a', 'b', 'c', 'd'];
    random.shuffle(array);
    const order = array.join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
});

it('shuffles typed arrays too', () => {
  const array = Int32Array.from({ length: 100 }, (_, i) => i);
  createRandom(4).shuffle(array);
  expect([...array]).not.toEqual([...array].sort((a, b) => a - b));
  expect([...array].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});
