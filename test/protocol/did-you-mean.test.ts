import { describe, expect, it } from 'vitest';
import {
  didYouMean,
  didYouMeanHint,
  editDistance,
  listNames,
  quoteName,
} from '../../src/protocol/did-you-mean';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
    ['lsmt', 'lstm', 1],
    ['ca', 'abc', 3],
    ['same', 'same', 0],
  ])('%s to %s is %d', (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance);
    expect(editDistance(to, from)).toBe(distance);
  });
});

describe('didYouMean', () => {
  it.each([
    ['epoch', ['epochs', 'batchSize'], 'epochs'],
    ['HIDDEN_SIZE', ['hiddenSize', 'size'], 'hiddenSize'],
    ['lsmt', ['rnn', 'gru', 'lstm'], 'lstm'],
    ['labels', ['label', 'labels'], 'labels'],
    ['macroF1', ['validation.loss', 'validation.macroF1'], 'validation.macroF1'],
    ['zebra', ['epochs', 'batchSize'], undefined],
    ['', ['a', 'b'], undefined],
    ['---', ['a', 'b'], undefined],
    ['x', ['a', 'b'], undefined],
    ['x'.repeat(100_000), ['epochs'], undefined],
    ['epochs', [], undefined],
  ])('%.20s among %j', (word, candidates, meant) => expect(didYouMean(word, candidates)).toBe(meant));
});

describe('didYouMeanHint', () => {
  it.each([
    ['lable', ['text', 'label'], 'Did you mean "label"? '],
    ['zebra', ['text', 'label'], ''],
    ['te\nxt', new Set(['te\txt']), 'Did you mean "te\\txt"? '],
  ])('%j among %j', (word, candidates, hint) => expect(didYouMeanHint(word, candidates)).toBe(hint));
});

it('names are quoted, escaped and cut', () => {
  expect(quoteName('a"b\u001b')).toBe('"a\\"b\\u001b"');
  expect(quoteName('x'.repeat(100))).toBe(`"${'x'.repeat(60)}…"`);
});

it('lists the first twenty names', () => {
  const names = Array.from({ length: 23 }, (_, i) => `n${i}`);
  expect(listNames(names.slice(0, 2))).toBe('"n0", "n1"');
  expect(listNames(names)).toMatch(/"n19" and 3 more$/);
});
