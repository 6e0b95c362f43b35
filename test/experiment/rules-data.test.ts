import { describe, expect, it } from 'vitest';
import { fixesOf } from '../../src/experiment/fixes';
import { parseExperiment } from '../../src/experiment/parse';

const problemsOf = (text: string) => parseExperiment(text, '/here/a.textclf.json').problems;
const written = (data: object, rest: object = {}) =>
  JSON.stringify({ data: { train: 'a.csv', ...data }, model: { type: 'gru' }, ...rest });
const multi = { task: 'multi-label', label: ['toxic', 'insult'] };

const ofHub = (hub: object, data: object = {}) =>
  JSON.stringify({ data: { hub: { dataset: 'org/films', ...hub }, ...data }, model: { type: 'gru' } });

const broken: [what: string, text: string, path: string, message: RegExp, fixes: string[]][] = [
  [
    'two sources of rows to train on',
    ofHub({}, { train: 'a.csv' }),
    'data.hub',
    /Both "data.train" and "data.hub"/,
    ['Remove "hub"', 'Remove "train"'],
  ],
  [
    'two sources of test rows',
    ofHub({ test: 'test' }, { test: 'a.csv' }),
    'data.test',
    /Both "data.test" and "data.hub.test"/,
    ['Remove "test"', 'Remove "test"'],
  ],
  [
    'two sources of validation rows',
    ofHub({ validation: 'dev' }, { validation: 0.2 }),
    'data.validation',
    /Both "data.validation" and "data.hub.validation"/,
    ['Remove "validation"', 'Remove "validation"'],
  ],
  [
    'a format of what the Hub sends',
    ofHub({}, { format: 'csv' }),
    'data.format',
    /"format" has nothing to say/,
    ['Remove "format"'],
  ],
  [
    'the split to train on as that to test on',
    ofHub({ test: 'train' }),
    'data.hub.test',
    /The split "train" is trained on too/,
    [],
  ],
  [
    'a column for each class of a single-label task',
    written({ label: ['toxic', 'insult'] }),
    'data.label',
    /the task is single-label/,
    ['Add "task": "multi-label"'],
  ],
  [
    'a column twice',
    written({ ...multi, label: ['toxic', 'insult', 'toxic'] }),
    'data.label.2',
    /"toxic" stands twice/,
    ['Remove "toxic"'],
  ],
  [
    'classes beside their columns',
    written({ ...multi, labels: ['insult', 'toxic'] }),
    'data.labels',
    /are the classes/,
    ['Remove "labels"'],
  ],
  [
    'a separator of a single label',
    written({ labelSeparator: ';' }),
    'data.labelSeparator',
    /Nothing is separated/,
    ['Remove "labelSeparator"'],
  ],
  [
    'a separator of columns',
    written({ ...multi, labelSeparator: ';' }),
    'data.labelSeparator',
    /Nothing is separated/,
    ['Remove "labelSeparator"'],
  ],
  [
    'n-grams for a model that reads in order',
    written({}, { tokenizer: { ngrams: 2 } }),
    'tokenizer.ngrams',
    /pooled model alone: a model of type "gru"/,
    ['Remove "ngrams"'],
  ],
  [
    'emoticons of characters',
    written({}, { tokenizer: { type: 'character', keepEmoticons: false } }),
    'tokenizer.keepEmoticons',
    /all are tokens/,
    ['Remove "keepEmoticons"'],
  ],
  [
    'word vectors of characters',
    written(
      {},
      { tokenizer: { type: 'character' }, model: { type: 'gru', embedding: { vectors: 'glove.6B.100d' } } },
    ),
    'model.embedding.vectors',
    /have few characters/,
    [],
  ],
];

it.each(broken)('%s', (_, text, path, message, titles) => {
  const problems = problemsOf(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]!.path.join('.')).toBe(path);
  expect(problems[0]!.message).toMatch(message);
  const [fixes] = fixesOf(text, problems);
  expect(fixes!.map(({ title }) => title)).toEqual(titles);
  for (const { edits } of fixes!) {
    const mended = [...edits]
      .sort((a, b) => b.offset - a.offset)
      .reduce(
        (all, edit) => all.slice(0, edit.offset) + edit.text + all.slice(edit.offset + edit.length),
        text,
      );
    expect(problemsOf(mended)).toEqual([]);
  }
});

describe('fine are', () => {
  it.each([
    ['columns of a multi-label task', written(multi)],
    ['a separator', written({ task: 'multi-label', labelSeparator: '|' })],
    ['n-grams of the pooled model', written({}, { tokenizer: { ngrams: 3 }, model: { type: 'pooled' } })],
    ['characters', written({}, { tokenizer: { type: 'character', lowercase: false } })],
  ])('%s', (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });
});
