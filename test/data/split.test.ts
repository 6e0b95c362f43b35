import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { stratifiedSample, stratifiedSplit } from '../../src/data/split';

/** Rows of the classes a, b, c…, interleaved, as many of each as given. */
function rowsOf(...counts: number[]) {
  const rows: { label: string; id: number }[] = [];
  for (let round = 0; round < Math.max(...counts); round++) {
    counts.forEach((count, i) => {
      if (round < count) rows.push({ label: String.fromCharCode(97 + i), id: rows.length });
    });
  }
  return rows;
}

const labelOf = (row: { label: string }) => [row.label];

function countsOf(rows: { label: string }[], classes: number): number[] {
  return Array.from(
    { length: classes },
    (_, i) => rows.filter((row) => row.label === String.fromCharCode(97 + i)).length,
  );
}

describe('stratifiedSplit', () => {
  const splits: [counts: number[], fraction: number, held: number[]][] = [
    [[100, 50, 10], 0.2, [20, 10, 2]],
    // 2.5 rows, rounded to 3: quotas 1.25, 0.75 and 0.5.
    [[5, 3, 2], 0.25, [1, 1, 1]],
    [[1, 1, 1, 1], 0.5, [0, 0, 0, 0]],
    // A class is never held whole.
    [[2, 8], 0.9, [1, 7]],
    [[1, 9], 0.5, [0, 5]],
    [[3, 3], 0.99, [2, 2]],
    [[12500, 12500], 0.2, [2500, 2500]],
    [[7, 7, 7], 0.3, [2, 2, 2]],
  ];

  it.each(splits)('%j × %d holds %j', (counts, fraction, expected) => {
    const rows = rowsOf(...counts);
    const { train, held } = stratifiedSplit(rows, fraction, 1, labelOf);
    expect(countsOf(held, counts.length)).toEqual(expected);
    expect(train.length + held.length).toBe(rows.length);
  });

  it('keeps the order, loses nothing and holds its totals, whatever the classes', () => {
    const random = createRandom(11);
    for (let round = 0; round < 300; round++) {
      const counts = Array.from({ length: 1 + random.integer(6) }, () => 1 + random.integer(40));
      const rows = rowsOf(...counts);
      const fraction = 0.01 + 0.98 * random.next();
      const { train, held } = stratifiedSplit(rows, fraction, round, labelOf);
      const ascending = (part: typeof rows) => part.every((row, i) => i === 0 || row.id > part[i - 1]!.id);
      expect(ascending(train) && ascending(held)).toBe(true);
      expect([...train, ...held].sort((a, b) => a.id - b.id)).toEqual(rows);
      const most = counts.reduce((sum, count) => sum + count - 1, 0);
      expect(held.length, `round ${round}`).toBe(Math.min(Math.round(rows.length * fraction), most));
      expect(countsOf(train, counts.length).every((count) => count > 0)).toBe(true);
    }
  });

  it('draws the same rows for the same seed and others for another', () => {
    const rows = rowsOf(200, 200);
    const draw = (seed: number) => stratifiedSplit(rows, 0.2, seed, labelOf).held.map((row) => row.id);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('draws every row equally often', () => {
    const rows = rowsOf(20, 10);
    const drawn = new Array<number>(rows.length).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      for (const row of stratifiedSplit(rows, 0.2, seed, labelOf).held) drawn[row.id]!++;
    }
    for (const count of drawn) expect(Math.abs(count - 800)).toBeLessThan(5 * Math.sqrt(4000 * 0.2 * 0.8));
  });
});

describe('stratifiedSample', () => {
  const samples: [counts: number[], count: number, expected: number[]][] = [
    [[100, 100], 20, [10, 10]],
    [[90, 10], 20, [18, 2]],
    [[97, 2, 1], 10, [8, 1, 1]],
    [[3, 4], 7, [3, 4]],
    [[3, 4], 100, [3, 4]],
  ];

  it.each(samples)('%j: %i rows are %j', (counts, count, expected) => {
    expect(countsOf(stratifiedSample(rowsOf(...counts), count, 3, labelOf), counts.length)).toEqual(expected);
  });

  it('keeps the order', () => {
    const ids = stratifiedSample(rowsOf(50, 30, 20), 40, 9, labelOf).map((row) => row.id);
    expect(ids).toHaveLength(40);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });
});

describe('what classes of equal remainders leave over goes to each as often', () => {
  type Draw = (rows: ReturnType<typeof rowsOf>, seed: number) => { label: string }[];
  const tenth: Draw = (rows, seed) => stratifiedSplit(rows, 0.1, seed, labelOf).held;
  it.each<[string, number[], Draw, number[]]>([
    ['a split', [5, 5, 5, 5], tenth, [0.5, 0.5, 0.5, 0.5]],
    ['a split of uneven classes', [5, 15], tenth, [0.5, 1.5]],
    [
      'a sample',
      [50, 50, 50],
      (rows, seed) => stratifiedSample(rows, 2, seed, labelOf),
      [2 / 3, 2 / 3, 2 / 3],
    ],
  ])('%s', (_, counts, draw, quotas) => {
    const rows = rowsOf(...counts);
    const seeds = 2000;
    const drawn = counts.map(() => 0);
    for (let seed = 0; seed < seeds; seed++) {
      const each = countsOf(draw(rows, seed), counts.length);
      expect(each.reduce((sum, count) => sum + count)).toBe(2);
      each.forEach((count, i) => {
        drawn[i]! += count;
      });
    }
    quotas.forEach((quota, i) => {
      const share = quota % 1;
      const deviation = Math.sqrt(seeds * share * (1 - share));
      expect(Math.abs(drawn[i]! - seeds * quota)).toBeLessThan(5 * deviation);
    });
  });
});
