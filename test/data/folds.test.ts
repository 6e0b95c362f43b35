import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldDataset, foldsTrouble } from '../../src/data/folds';
import { loadDataset } from '../../src/data/load';
import { createRandom } from '../../src/data/random';
import { stratifiedFolds } from '../../src/data/split';
import { OptionError } from '../../src/experiment/option-error';
import { humanErrorOf, temporaryFolder } from './support';

const folder = temporaryFolder();

async function load(counts: Record<string, number>, folds: number, fold?: number) {
  const rows = Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => `${label} ${i},${label}\n`),
  );
  await folder.write('train.csv', `text,label\n${rows.join('')}`);
  await folder.write('test.csv', 'text,label\nq,a\n');
  const validation = { folds, ...(fold === undefined ? {} : { fold }) };
  const data = { train: 'train.csv', test: 'test.csv', validation, text: 'text', label: 'label' };
  return loadDataset(data, dirname(folder.path('x')), 1);
}

it('splits nothing while reading: all rows are there for the folds', async () => {
  const { train, validation, test } = await load({ a: 10, b: 5 }, 5);
  expect([train.length, validation.length, test.length]).toEqual([15, 0, 1]);
});

it('holds each row back once, every class in proportion', async () => {
  const dataset = await load({ a: 20, b: 10, c: 7 }, 5);
  const held: string[] = [];
  const digests = new Set([dataset.digest]);
  for (let index = 0; index < 5; index++) {
    const { train, validation, test, labels, digest } = foldDataset(dataset, { index, of: 5, seed: 3 });
    expect([labels, test]).toEqual([dataset.labels, dataset.test]);
    expect([...train, ...validation].sort((x, y) => x.line - y.line)).toEqual(dataset.train);
    expect(validation.length).toBeGreaterThanOrEqual(7);
    const count = (label: string) => validation.filter(({ labels: [own] }) => own === label).length;
    expect([count('a'), count('b')]).toEqual([4, 2]);
    expect([1, 2]).toContain(count('c'));
    held.push(...validation.map(({ text }) => text));
    digests.add(digest);
  }
  expect(held.sort()).toEqual(dataset.train.map(({ text }) => text).sort());
  expect(digests.size).toBe(6);
});

it('reads a single fold as it is made of all', async () => {
  const dataset = await load({ a: 20, b: 10 }, 5);
  expect(await load({ a: 20, b: 10 }, 5, 4)).toEqual(foldDataset(dataset, { index: 3, of: 5, seed: 1 }));
});

it('makes the same folds for the same seed and others for another', async () => {
  const dataset = await load({ a: 20, b: 10 }, 5);
  const fold = (seed: number) => foldDataset(dataset, { index: 0, of: 5, seed });
  expect(fold(1)).toEqual(fold(1));
  expect(fold(1).validation).not.toEqual(fold(2).validation);
  expect(fold(1).digest).not.toBe(fold(2).digest);
});

it('survives a class that only the held part of a fold has', async () => {
  const dataset = await load({ a: 6, b: 6, rare: 1 }, 3);
  const folds = [0, 1, 2].map((index) => foldDataset(dataset, { index, of: 3, seed: 1 }));
  const without = folds.filter(({ train }) => !train.some(({ labels: [own] }) => own === 'rare'));
  expect(without).toHaveLength(1);
  expect(without[0]!.validation.find(({ labels: [own] }) => own === 'rare')!.labelIndices).toEqual([2]);
});

it('has folds as large as each other and classes spread evenly, whatever the classes', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = createRandom(seed);
    const folds = 2 + random.integer(9);
    const rows = Array.from({ length: folds + random.integer(200) }, () => [`${random.integer(6) ** 2}`]);
    const foldOf = stratifiedFolds(rows, folds, seed, (labels) => labels);
    const sizes = (label?: string) =>
      Array.from(
        { length: folds },
        (_, fold) =>
          rows.filter(([own], i) => foldOf[i] === fold && (label === undefined || own === label)).length,
      );
    for (const label of [undefined, ...new Set(rows.flat())]) {
      const each = sizes(label);
      expect(Math.max(...each) - Math.min(...each), `seed ${seed}`).toBeLessThanOrEqual(1);
    }
  }
});

describe('trouble', () => {
  it('is told of classes that have fewer rows than there are folds', async () => {
    expect(foldsTrouble(await load({ a: 10, b: 5 }, 5), 5)).toBeUndefined();
    expect(foldsTrouble(await load({ a: 10, b: 4 }, 5), 5)).toBe(
      'The class "b" has 4 rows, fewer than the 5 folds: some folds are judged without it.',
    );
    expect(foldsTrouble(await load({ a: 10, b: 4, c: 2 }, 5), 5)).toMatch(/^2 classes have .*"b", "c"\.$/);
  });

  it('is an error where there are more folds than rows', async () => {
    const error = await humanErrorOf(load({ a: 2, b: 1 }, 4));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe('4 folds cannot be made of 3 rows');
    expect((error as OptionError).path).toEqual(['data', 'validation', 'folds']);
  });

  it('is a bug where there is no such fold', async () => {
    const dataset = await load({ a: 4, b: 4 }, 2);
    expect(() => foldDataset(dataset, { index: 2, of: 2, seed: 1 })).toThrow('no fold 2 of 2');
  });
});
