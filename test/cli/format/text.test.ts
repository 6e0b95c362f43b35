import { describe, expect, it } from 'vitest';
import { age, duration, loss, percent } from '../../../src/cli/format/numbers';
import { table } from '../../../src/cli/format/table';
import { displayWidth, padEnd, padStart, truncate } from '../../../src/cli/format/width';
import { count, countOf } from '../../../src/protocol/count';

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['äöü', 3],
    ['a\u0308', 1],
    ['日本', 4],
    ['한국', 4],
    ['🎉', 2],
    ['👩‍👩‍👧', 2],
    ['e\u200bx', 2],
    ['\u001b[1mbold\u001b[22m', 4],
  ])('%j takes %d columns', (text, width) => expect(displayWidth(text)).toBe(width));
});

describe('truncate', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['👩‍👩‍👧 family', 3, '👩‍👩‍👧…'],
  ])('%j to %d columns', (text, width, expected) => expect(truncate(text, width)).toBe(expected));
});

it('pads by what a terminal shows', () => {
  expect(padEnd('日', 4)).toBe('日  ');
  expect(padStart('日', 4)).toBe('  日');
  expect(padStart('long', 2)).toBe('long');
});

it('a table aligns its columns', () => {
  const rows = [
    ['Name', 'Rows', 'Status'],
    ['日本', '1,234', '\u001b[32mok\u001b[39m'],
    ['x', '5', ''],
  ];
  expect(table(rows, ['left', 'right', 'left'])).toEqual([
    'Name   Rows  Status',
    '日本  1,234  \u001b[32mok\u001b[39m',
    'x         5',
  ]);
});

describe('numbers', () => {
  it.each([
    [count(1234567), '1,234,567'],
    [countOf(1, 'row'), '1 row'],
    [countOf(0, 'row'), '0 rows'],
    [countOf(2, 'class', 'classes'), '2 classes'],
    [percent(0.9349), '93.5%'],
    [percent(1), '100.0%'],
    [percent(null), '–'],
    [loss(Math.LN2), '0.6931'],
    [loss(0), '0.0000'],
    [loss(0.00012), '1.2e-4'],
    [loss(99999), '99999.0000'],
    [loss(123456), '1.2e+5'],
    [loss(3.4e38), '3.4e+38'],
    [loss(null), '–'],
    [duration(0.04), '0.0 s'],
    [duration(9.94), '9.9 s'],
    [duration(9.96), '10 s'],
    [duration(59.6), '1 min 00 s'],
    [duration(185), '3 min 05 s'],
    [duration(3600), '1 h 00 min'],
    [duration(7620), '2 h 07 min'],
    [age(-5), 'just now'],
    [age(59), 'just now'],
    [age(60), '1 min ago'],
    [age(7199), '1 h ago'],
    [age(86400 * 3), '3 d ago'],
  ])('%s', (text, expected) => expect(text).toBe(expected));
});
