import { expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import { stratifiedFolds, stratifiedSample, stratifiedSplit } from '../../src/data/split';

interface Labelled {
  id: number;
  labels: string[];
}
const labelsOf = ({ labels }: Labelled) => labels;

/** Rows whose labels have very different frequencies, some of them together more often than not. */
function multiLabelRows(random: Random, count: number, labels: number): Labelled[] {
  return Array.from({ length: count }, (_, id) => {
    const own: string[] = [];
    for (let label = 0; label < labels; label++) {
      const goesAlong = label > 0 && own.includes(`l${label - 1}`) ? 0.3 : 0;
      if (random.next() < 0.5 * 0.6 ** label + goesAlong) own.push(`l${label}`);
    }
    return { id, labels: own };
  });
}

function countsOf(rows: readonly Labelled[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of rows.flatMap(labelsOf)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** The largest distance of a label's count in a part from its share, in rows. */
function worst(part: readonly Labelled[], all: readonly Labelled[], share: number): number {
  const [held, counts] = [countsOf(part), countsOf(all)];
  return Math.max(...[...counts].map(([label, count]) => Math.abs((held.get(label) ?? 0) - count * share)));
}

it('holds back as many rows as asked for, and of every label its share', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = createRandom(seed);
    const rows = multiLabelRows(random, 100 + random.integer(900), 2 + random.integer(9));
    const fraction = 0.1 + 0.8 * random.next();
    const { train, held } = stratifiedSplit(rows, fraction, seed, labelsOf);
    const total = Math.round(rows.length * fraction);
    expect(held, `seed ${seed}`).toHaveLength(total);
    expect([...train, ...held].sort((a, b) => a.id - b.id)).toEqual(rows);
    expect(worst(held, rows, fraction), `seed ${seed}`).toBeLessThan(4);
    // A random draw is much worse on the frequent labels.
    expect(held.map(({ id }) => id)).toEqual([...held.map(({ id }) => id)].sort((a, b) => a - b));
  }
});

it('is better than drawing by lot', () => {
  const [ours, lots] = [[] as number[], [] as number[]];
  for (let seed = 0; seed < 30; seed++) {
    const random = createRandom(seed);
    const rows = multiLabelRows(random, 500, 6);
    ours.push(worst(stratifiedSplit(rows, 0.2, seed, labelsOf).held, rows, 0.2));
    const shuffled = [...rows];
    random.shuffle(shuffled);
    lots.push(worst(shuffled.slice(0, 100), rows, 0.2));
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value) / values.length;
  expect(mean(ours)).toBeLessThan(mean(lots) / 4);
});

it('keeps a row of every label to train on', () => {
  for (let seed = 0; seed < 100; seed++) {
    const rows = multiLabelRows(createRandom(seed), 40, 12);
    const { train } = stratifiedSplit(rows, 0.5, seed, labelsOf);
    expect(countsOf(train).size, `seed ${seed}`).toBe(countsOf(rows).size);
  }
});

it('draws a sample of every label', () => {
  for (let seed = 0; seed < 60; seed++) {
    const rows = multiLabelRows(createRandom(seed), 400, 8);
    const sample = stratifiedSample(rows, 80, seed, labelsOf);
    expect(sample).toHaveLength(80);
    expect(countsOf(sample).size, `seed ${seed}`).toBe(countsOf(rows).size);
    expect(worst(sample, rows, 0.2), `seed ${seed}`).toBeLessThan(5);
  }
});

it('makes folds of equal size with the same share of every label', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = createRandom(seed);
    const folds = 2 + random.integer(9);
    const rows = multiLabelRows(random, 200 + random.integer(400), 7);
    const foldOf = stratifiedFolds(rows, folds, seed, labelsOf);
    for (let fold = 0; fold < folds; fold++) {
      const held = rows.filter((_, i) => foldOf[i] === fold);
      expect(Math.abs(held.length - rows.length / folds), `seed ${seed}`).toBeLessThan(1);
      expect(worst(held, rows, 1 / folds), `seed ${seed}`).toBeLessThan(5);
    }
  }
});

it('draws the same rows for the same seed and others for another', () => {
  const rows = multiLabelRows(createRandom(1), 300, 5);
  const draw = (seed: number) => stratifiedSplit(rows, 0.2, seed, labelsOf).held.map(({ id }) => id);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});
