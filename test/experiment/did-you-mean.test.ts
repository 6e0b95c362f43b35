import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance } from '../../src/experiment/did-you-mean';

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
