import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/data/load';
import { humanErrorOf, plainRow, temporaryFolder } from './support';

const folder = temporaryFolder();
const columns = { text: 'text', label: 'label' };

function csvOf(...counts: [label: string, count: number][]) {
  const rows = counts.flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => `${label} ${i},${label}\n`),
  );
  return `text,label\n${rows.join('')}`;
}

async function load(options: Partial<Parameters<typeof loadDataset>[0]>, seed = 1) {
  const data = { train: 'train.csv', validation: 0.2, ...columns, ...options };
  return loadDataset(data, dirname(folder.path('x')), seed);
}

it('splits validation rows from the training rows', async () => {
  const file = await folder.write('train.csv', csvOf(['b', 10], ['a', 20]));
  const { labels, train, validation, test } = await load({});
  expect(labels).toEqual(['a', 'b']);
  expect([train.length, validation.length, test.length]).toEqual([24, 6, 0]);
  expect(validation.filter(({ labels }) => labels[0] === 'b')).toHaveLength(2);
  for (const row of [...train, ...validation]) {
    expect(row.labelIndices).toEqual(row.labels[0] === 'a' ? [0] : [1]);
    expect(row.file).toBe(file);
  }
});

it('reads validation and test rows from files of their own', async () => {
  await folder.write('train.csv', csvOf(['a', 3], ['b', 3]));
  await folder.write('more.csv', csvOf(['b', 1]));
  await folder.write('held.csv', csvOf(['b', 2]));
  const set = await load({ train: ['train.csv', 'more.csv'], validation: 'held.csv', test: ['held.csv'] });
  expect([set.train.length, set.validation.length, set.test.length]).toEqual([7, 2, 2]);
  expect(plainRow(set.validation[1]!)).toEqual({
    text: 'b 1',
    labels: ['b'],
    file: folder.path('held.csv'),
    line: 3,
    labelIndices: [1],
  });
});

it('numbers the classes in the order that is given', async () => {
  await folder.write('train.csv', csvOf(['a', 3], ['b', 3]));
  const { labels, train } = await load({ labels: ['b', 'never', 'a'] });
  expect(labels).toEqual(['b', 'never', 'a']);
  expect(new Set(train.map((row) => `${row.labels}${row.labelIndices}`))).toEqual(new Set(['a2', 'b0']));
});

it('trains on a sample where only a quick try is wanted', async () => {
  await folder.write('train.csv', csvOf(['a', 300], ['b', 100]));
  await folder.write('test.csv', csvOf(['a', 30], ['b', 10]));
  const { train, validation, test } = await load({ maxRows: 40, test: 'test.csv' });
  expect([train.length, validation.length, test.length]).toEqual([32, 8, 40]);
  expect(train.filter(({ labels }) => labels[0] === 'b')).toHaveLength(8);
});

it('draws by the seed', async () => {
  await folder.write('train.csv', csvOf(['a', 100], ['b', 100]));
  const lines = async (seed: number) => (await load({}, seed)).validation.map((row) => row.line);
  expect(await lines(1)).toEqual(await lines(1));
  expect(await lines(1)).not.toEqual(await lines(2));
});

it.each(['validation', 'test'] as const)(
  'refuses a label in %s rows that was never trained',
  async (part) => {
    await folder.write('train.csv', csvOf(['ham', 3], ['spam', 3]));
    const file = await folder.write('held.csv', csvOf(['ham', 1], ['spma', 1]));
    const error = await humanErrorOf(load({ [part]: 'held.csv' }));
    expect(error.place).toEqual({ file, line: 3 });
    expect(error.message).toContain('no training row has the label "spma"');
    expect(error.hint).toBe('Did you mean "spam"? Trained: "ham", "spam".');
    const listed = await humanErrorOf(load({ [part]: 'held.csv', labels: ['ham', 'spam', 'spma'] }));
    expect(listed.place).toEqual({ file, line: 3 });
    expect(listed.hint).toBe(error.hint);
  },
);

it('refuses a single class', async () => {
  const file = await folder.write('train.csv', csvOf(['ham', 3]));
  const error = await humanErrorOf(load({}));
  expect(error.place).toEqual({ file });
  expect(error.message).toContain('"ham"');
});

describe('the digest', () => {
  const contents = csvOf(['a', 3], ['b', 3]);
  const base = { train: 'train.csv', validation: 'copy.csv' };
  const digestOf = async (options: Partial<Parameters<typeof loadDataset>[0]>, seed?: number) => {
    await folder.write('train.csv', contents);
    await folder.write('copy.csv', contents);
    await folder.write('train.jsonl', '{"text":"x","label":"a"}\n{"text":"y","label":"b"}\n');
    return (await load(options, seed)).digest;
  };

  const different: [what: string, Partial<Parameters<typeof loadDataset>[0]>][] = [
    ['a part more', { ...base, test: 'copy.csv' }],
    ['a share', { ...base, validation: 0.2 }],
    ['another share', { ...base, validation: 0.4 }],
    ['folds', { ...base, validation: { folds: 2 } }],
    ['other folds', { ...base, validation: { folds: 3 } }],
    ['a sample', { ...base, maxRows: 4 }],
    ['other columns', { ...base, text: 'label', label: 'text', validation: { folds: 2 } }],
    ['classes in another order', { ...base, labels: ['b', 'a'] }],
    ['another task', { ...base, task: 'multi-label' }],
    ['another separator', { ...base, task: 'multi-label', labelSeparator: ';' }],
  ];

  it('differs where other rows are in a part, or say something else', async () => {
    const digests = [await digestOf(base)];
    for (const [, options] of different) digests.push(await digestOf(options));
    expect(new Set(digests).size).toBe(different.length + 1);
  });

  it('is of the contents, not of the names', async () => {
    const digest = await digestOf(base);
    await folder.write('moved.csv', contents);
    expect(await digestOf({ train: ['moved.csv'], validation: ['moved.csv'], text: ['text'] })).toBe(digest);
    await folder.write('moved.csv', `${contents}c,a\n`);
    expect(await digestOf({ ...base, train: 'moved.csv' })).not.toBe(digest);
  });

  it('is of the seed where that decides which rows are where', async () => {
    expect(await digestOf(base, 1)).toBe(await digestOf(base, 2));
    for (const options of [{ validation: 0.5 }, { ...base, maxRows: 4 }, { validation: { folds: 2 } }]) {
      expect(await digestOf(options, 1)).not.toBe(await digestOf(options, 2));
    }
  });
});
