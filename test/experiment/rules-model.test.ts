import { expect, it } from 'vitest';
import { fixesOf } from '../../src/experiment/fixes';
import { parseExperiment } from '../../src/experiment/parse';

const written = (model: object, rest: object = {}) =>
  JSON.stringify({ data: { train: 'a.csv' }, model, ...rest });
const problemsOf = (text: string) => parseExperiment(text, '/here/a.textclf.json').problems;

const broken: [what: string, model: object, rest: object, path: string, message: RegExp, fixes: string[]][] =
  [
    [
      'heads that do not divide the units',
      { type: 'transformer', hiddenSize: 100, heads: 8 },
      {},
      'model.heads',
      /100 units cannot be shared equally among 8 heads/,
      ['5', '10'],
    ],
    [
      'more heads than units',
      { type: 'transformer', hiddenSize: 6, heads: 12 },
      {},
      'model.heads',
      /6 units cannot be shared equally among 12 heads/,
      ['6'],
    ],
    [
      'a filter wider than what is read',
      { type: 'cnn', widths: [3, 9] },
      { tokenizer: { maxLength: 8 } },
      'model.widths.1',
      /9 tokens is wider than any text: of each, 8 are read/,
      [],
    ],
    [
      'the last word as the text',
      { type: 'pooled', pooling: 'last' },
      {},
      'model.pooling',
      /last word alone/,
      ['"mean"', '"max"', '"attention"'],
    ],
  ];

it.each(broken)('%s', (_, model, rest, path, message, values) => {
  const text = written(model, rest);
  const problems = problemsOf(text);
  expect(problems).toHaveLength(1);
  expect(problems[0]!.path.join('.')).toBe(path);
  expect(problems[0]!.message).toMatch(message);
  const [fixes] = fixesOf(text, problems);
  const mended = fixes!.map(({ edits }) =>
    [...edits]
      .sort((a, b) => b.offset - a.offset)
      .reduce(
        (all, edit) => all.slice(0, edit.offset) + edit.text + all.slice(edit.offset + edit.length),
        text,
      ),
  );
  const key = path.split('.').at(-1)!;
  expect(mended.map((after) => JSON.stringify(JSON.parse(after).model[key]))).toEqual(values);
  for (const after of mended) expect(problemsOf(after)).toEqual([]);
});

it.each([
  ['heads that divide the units', written({ type: 'transformer', hiddenSize: 100, heads: 5 })],
  [
    'a filter as wide as what is read',
    written({ type: 'cnn', widths: [8] }, { tokenizer: { maxLength: 8 } }),
  ],
  ['the same width twice', written({ type: 'cnn', widths: [7, 7] })],
  ['the mean of words', written({ type: 'pooled', pooling: 'mean' })],
])('lets %s pass', (_, text) => {
  expect(problemsOf(text)).toEqual([]);
});
