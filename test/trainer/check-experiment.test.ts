import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fixesOf } from '../../src/experiment/fixes';
import { cachedVectors, knownVectors } from '../../src/experiment/known-vectors';
import { checkExperiment } from '../../src/trainer/check-experiment';

let folder = '';
let cache = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-check-'));
  cache = mkdtempSync(join(tmpdir(), 'textclf-cache-'));
  vi.stubEnv('TEXTCLF_CACHE', cache);
  // Each text is another one: copies are a problem of their own.
  const rows = (count: number, row: string) =>
    Array.from({ length: count }, (_, i) => `${row.replace(',', ` ${i},`)}\n`).join('');
  write('single.csv', `text,label\n${rows(10, 'q,a')}${rows(10, 'r,b')}`);
  write('rare.csv', `text,label\n${rows(2000, 'q,a')}${rows(80, 'r,b')}${rows(1500, 's,c')}`);
  write('few.csv', `text,label\n${rows(10, 'q,a')}${rows(4, 'r,b')}`);
  write('multi.csv', `text,label\n${rows(60, 'q,"a,b"')}${rows(60, 's,')}`);
  write('multi-rare.csv', `text,label\n${rows(60, 'q,"a,b"')}${rows(2, 'r,c')}${rows(60, 's,')}`);
  write('flags.csv', `text,x,y,z\n${rows(20, 'q,1,0,0')}${rows(20, 'r,0,1,0')}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const made of [folder, cache]) rmSync(made, { recursive: true, force: true });
});

function write(name: string, contents: string) {
  writeFileSync(join(folder, name), contents);
}

async function check(data: object, rest: object = {}) {
  const text = JSON.stringify({ data, model: { type: 'gru' }, ...rest });
  const { problems } = await checkExperiment(text, join(folder, 'a.textclf.json'));
  const fixes = fixesOf(text, problems);
  return problems.map(({ severity, message, path }, i) => ({
    severity,
    message,
    path: path.join('.'),
    fixes: fixes[i]!.map(({ title }) => title),
  }));
}

const multi = { task: 'multi-label' };
const flags = { ...multi, train: 'flags.csv' };

it.each([
  ['classes of similar size', { train: 'single.csv' }],
  ['several labels a row', { ...multi, train: 'multi.csv' }],
  ['a column a label', { ...flags, label: ['x', 'y'] }],
  ['folds', { train: 'single.csv', validation: { folds: 5 } }],
])('has nothing to say about %s', async (_, data) => {
  expect(await check(data)).toEqual([]);
});

it('warns of a rare class, and offers to balance', async () => {
  const [problem, ...others] = await check({ train: 'rare.csv' });
  expect(others).toEqual([]);
  expect(problem).toEqual({
    severity: 'warning',
    message: 'The class "b" is rare: 64 training rows, and 1,600 of "a".',
    path: 'training.classWeights',
    fixes: ['Add "classWeights": "balanced"'],
  });
  for (const classWeights of ['balanced', { b: 20 }]) {
    expect(await check({ train: 'rare.csv' }, { training: { classWeights } })).toEqual([]);
  }
});

it('warns of a rare label among several', async () => {
  expect(await check({ ...multi, train: 'multi-rare.csv', validation: { folds: 2 } })).toMatchObject([
    { message: 'The class "c" is rare: 2 training rows, and 120 rows without it.', severity: 'warning' },
  ]);
});

it('warns of classes that have too few rows for the folds', async () => {
  expect(await check({ train: 'few.csv', validation: { folds: 5 } })).toMatchObject([
    {
      severity: 'warning',
      path: 'data.validation.folds',
      message: expect.stringMatching(/^The class "b" has 4 rows/),
    },
  ]);
  expect(await check({ train: 'few.csv', validation: { folds: 5, fold: 2 } })).toEqual([]);
});

it('refuses more folds than rows', async () => {
  expect(await check({ train: 'few.csv', validation: { folds: 20 } })).toMatchObject([
    { severity: 'error', path: 'data.validation.folds', fixes: ['Change to 5'] },
  ]);
});

it('warns of a column that no row has, and offers to remove it', async () => {
  expect(await check({ ...flags, label: ['x', 'y', 'z'] })).toMatchObject([
    {
      severity: 'warning',
      path: 'data.label.2',
      message: expect.stringMatching(/"z" is never seen/),
      fixes: ['Remove "z"'],
    },
  ]);
});

it('names each label column that is missing, with those that may be meant', async () => {
  expect(await check({ ...flags, label: ['x', 'yy'] })).toMatchObject([
    {
      severity: 'error',
      path: 'data.label.1',
      message: 'There is no column "yy" in flags.csv.',
      fixes: ['Change to "y"', 'Change to "z"'],
    },
  ]);
});

it('refuses weights for classes that there are not', async () => {
  expect(await check({ train: 'single.csv' }, { training: { classWeights: { a: 2, d: 3 } } })).toMatchObject([
    { severity: 'error', path: 'training.classWeights.d', fixes: ['Change to "b"', 'Remove "d"'] },
  ]);
});

const withVectors = (vectors: string, size = 50) => ({
  model: { type: 'gru', embedding: { vectors, size } },
});

it('says how much would be downloaded, until it is there', async () => {
  const data = { train: 'single.csv' };
  expect(await check(data, withVectors('glove.6B.50d'))).toEqual([
    {
      severity: 'warning',
      message: 'Training downloads the word vectors glove.6B.50d first: 69.2 MB.',
      path: 'model.embedding.vectors',
      fixes: [],
    },
  ]);
  const known = knownVectors('glove.6B.50d')!;
  const file = cachedVectors(known);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  truncateSync(file, known.bytes);
  expect(await check(data, withVectors('glove.6B.50d'))).toEqual([]);
});

it('knows the size of vectors that are not there yet', async () => {
  const problems = await check({ train: 'single.csv' }, withVectors('glove.6B.300d', 100));
  expect(problems).toMatchObject([
    { severity: 'error', path: 'model.embedding.size', fixes: ['Change to 300'] },
    { severity: 'warning', path: 'model.embedding.vectors' },
  ]);
});

it('offers the name that may be meant by vectors that are no file', async () => {
  write('glove.vec.gz', '');
  expect(await check({ train: 'single.csv' }, withVectors('glove.6b.200'))).toMatchObject([
    { severity: 'error', fixes: ['Change to "glove.6B.200d"', 'Change to "glove.vec.gz"'] },
  ]);
});
