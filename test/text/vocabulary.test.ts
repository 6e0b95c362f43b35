import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { buildVocabulary, numberTokens, vocabularyOf } from '../../src/text/vocabulary';

const lists = [
  ['b', 'a', 'c', 'a'],
  ['b', 'd', 'B'],
];
const build = (maxVocabulary: number, minFrequency: number) =>
  buildVocabulary(lists, { maxVocabulary, minFrequency });

const limits: [maxVocabulary: number, minFrequency: number, words: string[]][] = [
  [0, 1, ['a', 'b', 'B', 'c', 'd']],
  [3, 1, ['a', 'b', 'B']],
  [100, 2, ['a', 'b']],
  [1, 2, ['a']],
  [0, 3, []],
];

it.each(limits)('at most %i words of frequency %i or more: %j', (maxVocabulary, minFrequency, words) => {
  const vocabulary = build(maxVocabulary, minFrequency);
  expect(vocabulary.words).toEqual(['<pad>', '<unk>', ...words]);
  expect(vocabulary.size).toBe(words.length + 2);
  expect(vocabulary.seenWords).toBe(5);
});

it('knows words and maps all others to the unknown one', () => {
  const vocabulary = build(2, 1);
  expect(['a', 'b', 'c', '', '<unk>'].map(vocabulary.id)).toEqual([2, 3, 1, 1, 1]);
});

it('is not fooled by names that objects inherit', () => {
  const vocabulary = buildVocabulary([['__proto__', 'constructor', '__proto__']], {
    maxVocabulary: 0,
    minFrequency: 1,
  });
  expect(vocabulary.words).toEqual(['<pad>', '<unk>', '__proto__', 'constructor']);
  expect(vocabulary.id('toString')).toBe(1);
});

it('encodes each token and never to nothing', () => {
  const vocabulary = build(0, 1);
  expect(vocabulary.encode(['a', 'zzz', 'd'])).toEqual(Int32Array.of(2, 1, 6));
  expect(vocabulary.encode([])).toEqual(Int32Array.of(1));
});

it('numbers the texts that it is built on as it encodes them', () => {
  const random = createRandom(3);
  const word = () =>
    ['é', 'film', '<unk>', 'a very long word \ud800!', `${random.integer(9)}`][random.integer(5)]!;
  for (const limits of [
    { maxVocabulary: 0, minFrequency: 1 },
    { maxVocabulary: 6, minFrequency: 3 },
  ]) {
    const texts = Array.from({ length: 30 }, () => Array.from({ length: random.integer(6) }, word));
    const numbered = numberTokens(texts.values(), limits);
    expect(numbered.vocabulary.words).toEqual(buildVocabulary(texts, limits).words);
    numbered.texts.forEach((ids, i) => {
      expect([...ids]).toEqual(texts[i]!.map(numbered.vocabulary.id));
    });
  }
});

it('gives special tokens in texts no rows of their own', () => {
  const vocabulary = buildVocabulary([['<pad>', '<unk>', 'a']], { maxVocabulary: 0, minFrequency: 1 });
  expect(vocabulary.words).toEqual(['<pad>', '<unk>', 'a']);
});

it('refuses word lists that are no vocabulary', () => {
  expect(() => vocabularyOf(['a', 'b'])).toThrow('starts with');
  expect(() => vocabularyOf(['<pad>', '<unk>', 'a', 'a'])).toThrow('twice');
});
