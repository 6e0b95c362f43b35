import { describe, expect, it } from 'vitest';
import { FeatureCounter, type Features } from '../../src/baseline/features';
import type { SparseMatrix } from '../../src/baseline/sparse';
import fixture from '../fixtures/sklearn-features.json';

type Row = Record<string, number | undefined>;

const options = {
  lowercase: true,
  stripHtml: true,
  keepEmoticons: true,
  wordNgrams: [1, 2],
  characterNgrams: null,
  weighting: 'tfidf',
  sublinear: false,
} as const;
const all = { minDocumentFrequency: 1, maxFeatures: 0 };

function learn(texts: readonly string[], changes: object = {}, limits = all) {
  const counter = new FeatureCounter({ ...options, ...changes });
  for (const text of texts) counter.add(text);
  return { ...counter.finish(limits), lengths: counter.lengths };
}

function rowsOf(features: Features, texts: readonly string[]) {
  const rows = features.rows();
  for (const text of texts) rows.add(text);
  return { matrix: rows.matrix(), tokens: rows.tokens, unknownTokens: rows.unknownTokens };
}

/** A run as scikit-learn's FeatureUnion names it. */
function nameOf({ trie, words }: Features, feature: number): string {
  const tokens: number[] = [];
  for (let run = feature; run > 0; run = trie.parentOf(run)) tokens.unshift(trie.tokenOf(run));
  return tokens[0]! < 0
    ? `character__${tokens.map((token) => String.fromCodePoint(-1 - token)).join('')}`
    : `word__${tokens.map((token) => words[token]).join(' ')}`;
}

function named(features: Features, { rows, starts, indices, values }: SparseMatrix): Row[] {
  return Array.from({ length: rows }, (_, row) => {
    const entries = [...indices.keys()].slice(starts[row], starts[row + 1]);
    return Object.fromEntries(entries.map((entry) => [nameOf(features, indices[entry]!), values[entry]!]));
  });
}

function expectRows(actual: readonly Row[], expected: readonly Row[]) {
  expect(actual.map((row) => Object.keys(row).sort())).toEqual(
    expected.map((row) => Object.keys(row).sort()),
  );
  actual.forEach((row, i) => {
    for (const [name, value] of Object.entries(row)) expect(value, name).toBeCloseTo(expected[i]![name]!, 6);
  });
}

describe('features as by scikit-learn', () => {
  it.each(fixture.cases)('$name', ({ texts, new: newTexts, features: count, rows, newRows, ...rest }) => {
    const { features, matrix } = learn(texts, rest, rest);
    expect(features.size).toBe(count);
    expectRows(named(features, matrix), rows);
    expectRows(named(features, rowsOf(features, newTexts).matrix), newRows);
  });
});

describe('features', () => {
  it('give a training text the row that it had in training', () => {
    const texts = fixture.cases[0]!.texts;
    const changes = { wordNgrams: [2, 3], characterNgrams: [1, 4], sublinear: true };
    const { features, matrix } = learn(texts, changes, { minDocumentFrequency: 2, maxFeatures: 30 });
    expect(features.size).toBe(30);
    expectRows(named(features, rowsOf(features, texts).matrix), named(features, matrix));
  });

  it('keep no word and no beginning that no kept run needs', () => {
    const { features, seen } = learn(
      ['a b c', 'b c d', 'x y'],
      { wordNgrams: [2, 2] },
      { ...all, minDocumentFrequency: 2 },
    );
    expect(features.words).toEqual(['b', 'c']);
    expect([features.size, features.trie.size, seen]).toEqual([1, 2, 4]);
  });

  it('count a run once for naive Bayes, however often it occurs', () => {
    const { features, matrix } = learn(['good good good', 'bad'], {
      weighting: 'naiveBayes',
      wordNgrams: [1, 1],
    });
    expect(named(features, matrix)).toEqual([{ word__good: 1 }, { word__bad: 1 }]);
  });

  it('leave a text that has none of them an empty row', () => {
    const { features } = learn(['a b', 'b c']);
    const { matrix, tokens, unknownTokens } = rowsOf(features, ['', 'x y', '<b>', 'b x']);
    expect(named(features, matrix)).toEqual([{}, {}, {}, { word__b: 1 }]);
    expect([tokens, unknownTokens]).toEqual([4, 3]);
  });

  it('do not run a word and a pair across a word that is not known', () => {
    const { features } = learn(['a b', 'b c']);
    expect(named(features, rowsOf(features, ['a x b']).matrix).map(Object.keys)).toEqual([
      ['word__a', 'word__b'],
    ]);
  });

  it('follow the options of the tokenizer', () => {
    const cut = { lowercase: false, stripHtml: false, keepEmoticons: false, wordNgrams: [1, 1] };
    const { features, lengths } = learn(['Good <b>film</b> :-)', 'bad'], cut);
    expect(features.words.toSorted()).toEqual(['Good', 'b', 'bad', 'film']);
    expect(lengths).toEqual([4, 1]);
    expect(learn(['Good <b>film</b> :-)', 'bad']).features.words.toSorted()).toEqual([
      ':)',
      'bad',
      'film',
      'good',
    ]);
  });

  it('are told from what other objects have', () => {
    const texts = ['constructor __proto__ toString', 'hasOwnProperty constructor'];
    const { features } = learn(texts, { wordNgrams: [1, 1], lowercase: false });
    expect(features.size).toBe(4);
  });
});
