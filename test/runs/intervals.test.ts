import { describe, expect, it } from 'vitest';
import { macroF1Interval, shareInterval } from '../../src/runs/intervals';
import { seededRandom } from './support';

describe('shareInterval', () => {
  // scipy 1.17.1:
  // from scipy.stats import binomtest
  // binomtest(hits, rows).proportion_ci(0.95, 'wilson')
  it.each([
    { hits: 0, rows: 10, low: 0, high: 0.27753279986288926 },
    { hits: 9, rows: 10, low: 0.5958499732047615, high: 0.9821237869049271 },
    { hits: 10, rows: 10, low: 0.7224672001371109, high: 1 },
    { hits: 437, rows: 500, low: 0.8420322822801359, high: 0.900264711054623 },
    { hits: 874, rows: 1000, low: 0.8519904953398137, high: 0.8931470893129908 },
    { hits: 22187, rows: 25000, low: 0.8835031498270792, high: 0.8913377893904971 },
    { hits: 1, rows: 1000, low: 0.00017654637062607809, high: 0.0056425585979579355 },
  ])('is that of scipy for $hits of $rows', ({ hits, rows, low, high }) => {
    const interval = shareInterval(hits / rows, rows)!;
    expect(interval.low).toBeCloseTo(low, 7);
    expect(interval.high).toBeCloseTo(high, 7);
  });

  it('says nothing of fewer than ten rows', () => {
    expect(shareInterval(1, 9)).toBeNull();
    expect(shareInterval(Number.NaN, 0)).toBeNull();
  });
});

function macroF1(confusion: readonly (readonly number[])[]): number {
  const f1 = confusion.map((row, i) => {
    const truths = row.reduce((sum, count) => sum + count, 0);
    const predictions = confusion.reduce((sum, other) => sum + other[i]!, 0);
    return truths + predictions === 0 ? 0 : (2 * row[i]!) / (truths + predictions);
  });
  return f1.reduce((sum, value) => sum + value, 0) / f1.length;
}

/** The middle 95 % of the macro F1 of rows drawn from the matrix, with replacement. */
function bootstrap(confusion: readonly (readonly number[])[], draws: number): [low: number, high: number] {
  const random = seededRandom(7);
  const cells = confusion.flatMap((row, i) =>
    row.flatMap((count, j) => Array<[number, number]>(count).fill([i, j])),
  );
  const values = Array.from({ length: draws }, () => {
    const drawn = confusion.map((row) => row.map(() => 0));
    for (let n = 0; n < cells.length; n++) {
      const [i, j] = cells[Math.floor(random() * cells.length)]!;
      drawn[i]![j]!++;
    }
    return macroF1(drawn);
  }).sort((a, b) => a - b);
  return [values[Math.floor(0.025 * draws)]!, values[Math.floor(0.975 * draws)]!];
}

describe('macroF1Interval', () => {
  it.each([
    {
      name: 'two equal classes',
      confusion: [
        [430, 70],
        [50, 450],
      ],
    },
    {
      name: 'a rare class',
      confusion: [
        [880, 20],
        [45, 55],
      ],
    },
    {
      name: 'four classes',
      confusion: [
        [90, 5, 3, 2],
        [10, 80, 5, 5],
        [0, 12, 180, 8],
        [9, 1, 30, 60],
      ],
    },
    {
      name: 'guesses',
      confusion: [
        [100, 100, 100],
        [100, 100, 100],
        [100, 100, 100],
      ],
    },
  ])('is that of a bootstrap: $name', ({ confusion }) => {
    const interval = macroF1Interval(confusion)!;
    const [low, high] = bootstrap(confusion, 2000);
    // A bootstrap's own ends waver by about a thirtieth of its width; it is lopsided, the delta method is not.
    const tolerance = 0.12 * (high - low);
    expect(Math.abs(interval.low - low)).toBeLessThan(tolerance);
    expect(Math.abs(interval.high - high)).toBeLessThan(tolerance);
  });

  it('lies around the value, within 0 and 1', () => {
    const confusion = [
      [12, 0],
      [0, 3],
    ];
    expect(macroF1Interval(confusion)).toEqual({ low: 1, high: 1 });
    const wide = macroF1Interval([
      [8, 1],
      [1, 1],
    ])!;
    expect(wide.low).toBeGreaterThanOrEqual(0);
    expect(wide.high).toBeLessThanOrEqual(1);
    expect(wide.low).toBeLessThan(wide.high);
  });

  it('takes a class that neither occurs nor is predicted', () => {
    const interval = macroF1Interval([
      [40, 10, 0],
      [5, 45, 0],
      [0, 0, 0],
    ])!;
    expect(interval.low).toBeLessThan(
      macroF1([
        [40, 10, 0],
        [5, 45, 0],
        [0, 0, 0],
      ]),
    );
    expect(interval.high).toBeLessThan(2 / 3);
  });

  it('says nothing of fewer than ten rows', () => {
    expect(
      macroF1Interval([
        [5, 0],
        [0, 4],
      ]),
    ).toBeNull();
    expect(macroF1Interval([])).toBeNull();
  });
});
