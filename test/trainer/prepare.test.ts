import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { Dataset, Example } from '../../src/data/rows';
import { parseExperiment } from '../../src/experiment/parse';
import { type NetworkExperiment, prepareData } from '../../src/trainer/prepare';
import { prepareHere } from '../support/prepare';

const random = createRandom(4);
const word = () => `w${Math.floor(12 * random.next() ** 2)}`;
const textOf = () => Array.from({ length: random.integer(9) }, word).join(' ');

function examples(count: number, labelsOf: (row: number) => number[]): Example[] {
  return Array.from({ length: count }, (_, row) => ({
    text: textOf(),
    labels: [],
    labelIndices: labelsOf(row),
    file: 'a.csv',
    line: row + 2,
  }));
}

const dataset: Dataset = {
  labels: ['a', 'b', 'c'],
  train: examples(40, (row) => (row % 2 === 0 ? [0, 2] : [])),
  validation: examples(10, () => [1]),
  test: examples(5, () => [0, 1, 2]),
  unseenLabels: [],
  digest: '',
};

async function prepare(tokenizer: object) {
  const text = JSON.stringify({ data: { train: 'a.csv' }, tokenizer, model: { type: 'pooled' } });
  const { experiment } = parseExperiment(text, '/here/a.textclf.json');
  return prepareData(dataset, experiment as NetworkExperiment, '/here', prepareHere());
}

describe.each([
  { maxLength: 4 },
  { maxLength: 4, maxVocabulary: 6 },
  { maxLength: 3, ngrams: 3, minFrequency: 2 },
  { type: 'character', maxLength: 10 },
  { type: 'character', maxLength: 5, ngrams: 2 },
])('%j', (options) => {
  it('numbers texts as the tokenizer that is saved does', async () => {
    const { tokenizer, ...data } = await prepare(options);
    for (const part of ['train', 'validation', 'test'] as const) {
      dataset[part].forEach(({ text, labelIndices }, i) => {
        const { ids, labels } = data[part][i]!;
        expect({ ids, labels }).toEqual({ ids: tokenizer.encode(text), labels: labelIndices });
      });
    }
  });

  it('counts the tokens of the texts, n-grams aside', async () => {
    const { tokenizer, facts } = await prepare(options);
    const lengths = dataset.train.map(({ text }) => tokenizer.tokenize(text).length).sort((a, b) => a - b);
    const cut = lengths.filter((length) => length > options.maxLength);
    const lost = cut.reduce((sum, length) => sum + length - options.maxLength, 0);
    expect(facts.lengths).toMatchObject({
      median: lengths[20],
      longest: lengths.at(-1),
      cutTexts: cut.length,
      cutTokenShare: lost / lengths.reduce((sum, length) => sum + length, 0),
    });
    const read = [...dataset.validation, ...dataset.test].flatMap(({ text }) => {
      const tokens = tokenizer.tokenize(text).slice(0, options.maxLength);
      return tokens.length === 0 ? ['<unk>'] : tokens;
    });
    const unknown = read.filter((token) => tokenizer.vocabulary.id(token) === 1);
    expect(facts.vocabulary.unknownTokenShare).toBe(unknown.length / read.length);
  });
});

it('counts the rows of each class, of every label that a row has', async () => {
  const { facts } = await prepare({});
  expect(facts.rows).toEqual({ train: 40, validation: 10, test: 5 });
  expect(facts.classes).toEqual([
    { label: 'a', train: 20, validation: 0, test: 5 },
    { label: 'b', train: 0, validation: 10, test: 5 },
    { label: 'c', train: 20, validation: 0, test: 5 },
  ]);
});
