import { describe, expect, it } from 'vitest';
import {
  bar,
  plainLabel,
  predictionMarkdown,
  ranked,
  roundProbability,
  shortPrediction,
  summary,
} from '../../src/host/prediction-text';
import type { TextPrediction } from '../../src/protocol/helper';

function prediction(...classes: [label: string, probability: number][]): TextPrediction {
  const named = classes.map(([label, probability]) => ({ label, probability }));
  const [best] = [...named].sort((a, b) => b.probability - a.probability);
  return { ...best!, labels: [best!.label], classes: named };
}

it.each([
  [1, '> 99 %'],
  [0.995, '> 99 %'],
  [0.9949, '99 %'],
  [0.982, '98 %'],
  [0.005, '1 %'],
  [0.0049, '< 1 %'],
  [0, '< 1 %'],
])('the probability %d is said as %s', (probability, expected) => {
  expect(roundProbability(probability)).toBe(expected);
});

it.each([
  ['positive', 'positive'],
  ['two\r\nlines', 'two lines'],
  ['a\u202Eb\u0007c', 'a b c'],
  ['half of \ud83d a pair', 'half of a pair'],
  [' \n', '(blank)'],
  ['x'.repeat(70), `${'x'.repeat(60)}…`],
  ['😀'.repeat(61), `${'😀'.repeat(60)}…`],
])('the label %j stands as %j', (label, expected) => {
  expect(plainLabel(label)).toBe(expected);
});

it('says a prediction in short', () => {
  expect(shortPrediction(prediction(['positive', 0.98], ['negative', 0.02]))).toBe('positive 98 %');
});

it.each([
  [['joy', 'fear'], 'joy, fear 71 %'],
  [['a\nb'], 'a b 71 %'],
  [[], 'no label 71 %'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d and 2 more 71 %'],
])('says the labels %j of one text in short', (labels, expected) => {
  const label = labels.length > 0 ? labels.join(', ') : 'no label';
  expect(shortPrediction({ labels, label, probability: 0.71 })).toBe(expected);
});

it('ranks classes by probability and leaves the prediction as it was', () => {
  const given = prediction(['a', 0.1], ['b', 0.7], ['c', 0.2]);
  expect(ranked(given).map(({ label }) => label)).toEqual(['b', 'c', 'a']);
  expect(given.classes.map(({ label }) => label)).toEqual(['a', 'b', 'c']);
});

it.each([
  [0, '░░░░░░░░░░'],
  [0.04, '░░░░░░░░░░'],
  [0.52, '█████░░░░░'],
  [1, '██████████'],
])('draws %d as %s', (share, expected) => {
  expect(bar(share)).toBe(expected);
});

describe('the hover', () => {
  it('is a table of all classes and names the model', () => {
    const markdown = predictionMarkdown(prediction(['no', 0.25], ['yes', 0.75]), 'Predicted by gru');
    expect(markdown.split('\n')).toEqual([
      '| Class | Probability | |',
      '| :-- | --: | :-- |',
      '| **yes** | 75.0 % | ████████░░ |',
      '| no | 25.0 % | ███░░░░░░░ |',
      '',
      'Predicted by gru',
    ]);
  });

  it('marks every label that the text has, or none', () => {
    const classes = prediction(['joy', 0.9], ['fear', 0.6], ['anger', 0.2]);
    const marked = (labels: string[]) =>
      [...predictionMarkdown({ ...classes, labels }, 'm').matchAll(/\*\*(\w+)\*\*/g)].map(([, name]) => name);
    expect(marked(['fear', 'joy'])).toEqual(['joy', 'fear']);
    expect(marked([])).toEqual([]);
  });

  it('lists twenty classes and counts the rest', () => {
    const classes = Array.from({ length: 25 }, (_, i): [string, number] => [`c${i}`, (25 - i) / 325]);
    const lines = predictionMarkdown(prediction(...classes), 'm').split('\n');
    expect(lines).toHaveLength(2 + 20 + 1 + 2);
    expect(lines).toContain('| … and 5 more | | |');
  });

  it.each(['<img src=x onerror=alert(1)>', '[x](command:y)', 'a | b', '$(sync~spin)', '`code`', 'x\n| y |'])(
    'has nothing of the label %j as markup',
    (label) => {
      const [, , row, ...rest] = predictionMarkdown(prediction([label, 1]), label).split('\n');
      const cell = /^\| \*\*(.*)\*\* \| 100\.0 % \| █{10} \|$/.exec(row!)![1]!;
      for (const text of [cell, rest[1]!]) expect(text.replace(/\\[!-/:-@[-`{-~]/g, '')).toMatch(/^[\w\s]*$/);
      expect(rest).toHaveLength(2);
    },
  );
});

describe('the summary', () => {
  it('of one text is its prediction', () => {
    expect(summary([prediction(['a', 0.4], ['b', 0.6])])).toBe('b 60 %');
  });

  it('of several counts the classes, the most frequent first', () => {
    const of = (label: string) => prediction([label, 0.9]);
    expect(summary([of('a'), of('b'), of('b')])).toBe('3 texts: 2 b, 1 a');
    expect(summary('abcde'.split('').map(of))).toBe('5 texts: 1 a, 1 b, 1 c, …');
    const several = { ...of('a'), labels: ['a', 'b'], label: 'a, b' };
    const none = { ...of('a'), labels: [], label: 'no label' };
    expect(summary([several, of('b'), none])).toBe('3 texts: 2 b, 1 a, 1 no label');
  });
});
