import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { EvaluatedRow, RowFilter } from '../../src/protocol/dashboard';
import { runPaths } from '../../src/runs/paths';
import { matchesFilter, readPredictions } from '../../src/runs/predictions';

function row(truth: string[], predicted: string[]): EvaluatedRow {
  return {
    ...{ text: 'a text', truth: truth.join(', '), predicted: predicted.join(', '), probability: 0.5 },
    ...{ labels: { truth, predicted }, file: 'a.csv', line: 1 },
  };
}

it.each<[name: string, truth: string[], predicted: string[], filter: RowFilter, isListed: boolean]>([
  ['a missed label', ['a', 'b'], ['b'], { label: 'a' }, true],
  ['a label given wrongly', [], ['a'], { label: 'a' }, true],
  ['a label given rightly', ['a'], ['a', 'b'], { label: 'a' }, false],
  ['a label that has no part in it', ['b'], ['b', 'c'], { label: 'a' }, false],
  ['any error', ['b'], ['b', 'c'], {}, true],
  ['no error, in another order', ['b', 'a'], ['a', 'b'], {}, false],
  ['no label, and none given', [], [], {}, false],
])('of several labels a row: %s', (_name, truth, predicted, filter, isListed) => {
  expect(matchesFilter(row(truth, predicted), filter)).toBe(isListed);
});

it('reads the lists of labels, and none from a row that has something else there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-predictions-'));
  const file = runPaths(folder).predictions;
  mkdirSync(dirname(file), { recursive: true });
  const base = { text: 't', label: 'a, b', predicted: 'a', file: 'a.csv', line: 2 };
  const lists = { truth: ['a', 'b'], predicted: ['a'] };
  const rows = [
    { ...base, probability: 0.9, labels: lists },
    { ...base, probability: 0.8 },
    { ...base, probability: 0.7, labels: { truth: [1], predicted: [] } },
  ];
  writeFileSync(file, rows.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const read = await readPredictions(folder);
  expect(read.map(({ labels }) => labels)).toEqual([lists, undefined, undefined]);
  expect(read[0]).toMatchObject({ truth: 'a, b', predicted: 'a', probability: 0.9, line: 2 });
});
