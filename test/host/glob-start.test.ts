import { join, sep } from 'node:path';
import { expect, it } from 'vitest';
import { globStart } from '../../src/host/glob-start';

const path = (...parts: string[]) => join(sep, ...parts);

it.each([
  ['*.csv', 'data', '*.csv'],
  ['**', 'data', '**'],
  ['{train,extra/more}.csv', 'data', '{train,extra/more}.csv'],
  ['part-?/[ab]/*.txt', 'data', 'part-?/[ab]/*.txt'],
])('starts the pattern %s at its last plain folder', (name, folder, pattern) => {
  expect(globStart(path('home', 'data', name))).toEqual({ folder: path('home', folder), pattern });
});

it('starts a pattern over everything at the root', () => {
  expect(globStart(path('*.csv'))).toEqual({ folder: sep, pattern: '*.csv' });
});

it('takes a plain path for one', () => {
  expect(globStart(path('home', 'data', 'train.csv'))).toBeUndefined();
});
