import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { decide } from '../../src/metrics/decide';
import { chooseThresholds } from '../../src/metrics/thresholds';

/** Of the second of two classes: truth and its probability, row by row. */
function chosen(rows: readonly (readonly [truth: number, probability: number])[]): number {
  const [threshold] = chooseThresholds('single-label', ['no', 'yes'], {
    truth: rows.map(([truth]) => [truth]),
    probabilities: Float32Array.from(rows.flatMap(([, p]) => [1 - p, p])),
  });
  return threshold!;
}

describe('the chosen threshold', () => {
  it.each<[what: string, rows: [number, number][], expected: number]>([
    [
      '0.5 where it separates the classes',
      [
        [0, 0.4],
        [1, 0.75],
      ],
      0.5,
    ],
    [
      'the middle of a gap that 0.5 is not in',
      [
        [0, 0.125],
        [1, 0.25],
        [1, 0.5],
      ],
      0.19,
    ],
    [
      'the gap nearest to 0.5 of several that are as good',
      [
        [1, 0.9],
        [0, 0.8],
        [1, 0.7],
        [1, 0.3],
      ],
      0.15,
    ],
    [
      'an outlier is given up',
      [
        [0, 0.1],
        [0, 0.2],
        [0, 0.25],
        [1, 0.7],
        [1, 0.8],
        [1, 0.05],
      ],
      0.5,
    ],
    [
      'all rows, where all have the class',
      [
        [1, 0.25],
        [1, 0.125],
      ],
      0.063,
    ],
    [
      '0.5 where none has it',
      [
        [0, 0.9],
        [0, 0.6],
      ],
      0.5,
    ],
    [
      'one that gives all, where probabilities are all the same',
      [
        [0, 0.25],
        [1, 0.25],
      ],
      0.13,
    ],
    [
      'a probability of 0.5 itself is given the class',
      [
        [0, 0.25],
        [1, 0.5],
      ],
      0.5,
    ],
    [
      'never 0, which would give it to every text',
      [
        [1, 0],
        [0, 0.75],
      ],
      0.5,
    ],
    [
      'no further digits than it takes',
      [
        [0, 0.7501],
        [1, 0.7503],
      ],
      0.7502,
    ],
  ])('%s', (_, rows, expected) => {
    expect(chosen(rows)).toBe(expected);
  });

  it('is as good as any other, on any rows', () => {
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 32);
    const random = createRandom(seed);
    for (let round = 0; round < 200; round++) {
      // Few different probabilities: ties between rows and between thresholds.
      const steps = 2 + Math.floor(random.next() * 30);
      const rows = Array.from({ length: 1 + Math.floor(random.next() * 40) }, () => {
        const truth = random.next() < 0.3 ? 1 : 0;
        const raw = 0.4 * truth + 0.6 * random.next();
        return [truth, Math.fround(Math.round(raw * steps) / steps)] as const;
      });
      const f1Of = (threshold: number) => {
        const given = rows.map(
          ([, p]) => decide([1 - p, p], { task: 'single-label', thresholds: [threshold] })[0]!,
        );
        const hits = rows.filter(([truth], i) => truth === 1 && given[i] === 1).length;
        const size = rows.filter(([truth]) => truth === 1).length + given.filter((one) => one === 1).length;
        return size === 0 ? 0 : (2 * hits) / size;
      };
      const best = Math.max(...Array.from({ length: 1001 }, (_, i) => f1Of(i / 1000 + 1e-9)));
      expect(f1Of(chosen(rows)), `seed ${seed}, round ${round}`).toBe(best);
    }
  });

  it("is each label's own in a multi-label task", () => {
    const thresholds = chooseThresholds('multi-label', ['a', 'b', 'c'], {
      truth: [[0], [0, 1], [1], []],
      probabilities: Float32Array.from([
        ...[0.9, 0.1, 0.2],
        ...[0.8, 0.3, 0.7],
        ...[0.6, 0.25, 0.1],
        ...[0.1, 0.0625, 0.6],
      ]),
    });
    expect(thresholds).toEqual([0.7, 0.18, 0.5]);
  });
});
