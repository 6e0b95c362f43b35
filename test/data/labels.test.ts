import { describe, expect, it } from 'vitest';
import { compareLabels, labelSet } from '../../src/data/labels';
import { createRandom } from '../../src/data/random';
import { HumanError } from '../../src/protocol/human-error';

const rowsOf = (...labels: string[]) =>
  labels.map((label, i) => ({ text: 't', labels: [label], file: 'a.csv', line: i + 2 }));

const orders: [what: string, sorted: string[]][] = [
  ['words', ['negative', 'positive']],
  ['numbers by value', ['1', '2', '10']],
  ['numbers below zero and fractions', ['-10', '-2', '-0.5', '0', '0.25', '1.5', '10']],
  ['numbers inside words', ['class 2', 'class 10', 'class 10b']],
  ['upper case before lower case', ['B', 'Z', 'a', 'ä']],
  ['numbers before words', ['3', '20', 'a', 'b1']],
  ['shorter words first', ['a', 'a1', 'a1b', 'ab']],
  ['leading zeros', ['01', '1', '02', '2']],
];

it.each(orders)('sorts %s', (_, sorted) => {
  expect(labelSet(rowsOf(...[...sorted].reverse(), ...sorted))).toEqual(sorted);
});

it('compares in a total order', () => {
  const random = createRandom(5);
  const pieces = ['1', '2', '10', '01', 'a', 'b', '-', '.', 'Z'];
  const label = () =>
    Array.from({ length: 1 + random.integer(4) }, () => pieces[random.integer(9)]!).join('');
  for (let i = 0; i < 20_000; i++) {
    const [a, b, c] = [label(), label(), label()];
    expect(Math.sign(compareLabels(a, b)) + Math.sign(compareLabels(b, a))).toBe(0);
    expect(compareLabels(a, b) === 0).toBe(a === b);
    if (compareLabels(a, b) < 0 && compareLabels(b, c) < 0) {
      expect(compareLabels(a, c), JSON.stringify([a, b, c])).toBeLessThan(0);
    }
  }
});

it('keeps the order that is given', () => {
  expect(labelSet(rowsOf('a', 'b'), { labels: ['b', 'c', 'a'] })).toEqual(['b', 'c', 'a']);
});

describe('too few classes', () => {
  it.each([
    ['none', [], /no rows/],
    ['one', ['a', 'a'], /all rows have the label "a"/],
  ])('%s', (_, labels, says) => {
    expect(() => labelSet(rowsOf(...labels))).toThrow(HumanError);
    expect(() => labelSet(rowsOf(...labels))).toThrow(says);
    expect(() => labelSet(rowsOf(...labels), { labels: ['a', 'b'] })).toThrow(says);
  });
});
