import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { ngramsOf } from '../../src/text/ngrams';
import { vocabularyOf } from '../../src/text/vocabulary';
import { numberTokens } from '../support/number-tokens';

const lists = [
  ['b', 'a', 'c', 'a'],
  ['b', 'd', 'B'],
];
const every = { maxVocabulary: 0, minFrequency: 1 };
const build = (maxVocabulary: number, minFrequency: number) =>
  numberTokens(lists, { maxVocabulary, minFrequency }).vocabulary;

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
  const { vocabulary } = numberTokens([['__proto__', 'constructor', '__proto__']], every);
  expect(vocabulary.words).toEqual(['<pad>', '<unk>', '__proto__', 'constructor']);
  expect(vocabulary.id('toString')).toBe(1);
});

it('encodes each token and never to nothing', () => {
  const vocabulary = build(0, 1);
  expect(vocabulary.encode(['a', 'zzz', 'd'])).toEqual(Int32Array.of(2, 1, 6));
  expect(vocabulary.encode([])).toEqual(Int32Array.of(1));
});

it('numbers the texts that it is built on as a simple count does', () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = createRandom(seed);
    const words = ['é', 'film', '<unk>', 'a very long word \ud800!', '1', '12', '2 1'];
    const word = () => words[Math.floor(words.length * random.next() ** 2)]!;
    const texts = Array.from({ length: 30 }, () => Array.from({ length: random.integer(8) }, word));
    const ngrams = 1 + random.integer(4);
    const limits = { maxVocabulary: random.integer(12), minFrequency: 1 + random.integer(3) };
    const all = texts.map((tokens) => [...tokens, ...ngramsOf(tokens, ngrams)]);
    const counts = new Map<string, number>();
    for (const token of all.flat()) counts.set(token, (counts.get(token) ?? 0) + 1);
    counts.delete('<unk>');
    const kept = [...counts]
      .filter(([, count]) => count >= limits.minFrequency)
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, limits.maxVocabulary || undefined)
      .map(([token]) => token);
    const { vocabulary, texts: numbered } = numberTokens(texts.values(), limits, ngrams);
    expect(vocabulary.words, `seed ${seed}`).toEqual(['<pad>', '<unk>', ...kept]);
    expect(vocabulary.seenWords).toBe(counts.size);
    numbered.forEach((ids, i) => {
      expect([...ids]).toEqual(all[i]!.map(vocabulary.id));
    });
  }
});

it('gives special tokens in texts no rows of their own', () => {
  const { vocabulary } = numberTokens([['<pad>', '<unk>', 'a']], every);
  expect(vocabulary.words).toEqual(['<pad>', '<unk>', 'a']);
});

it('refuses word lists that are no vocabulary', () => {
  expect(() => vocabularyOf(['a', 'b'])).toThrow('starts with');
  expect(() => vocabularyOf(['<pad>', '<unk>', 'a', 'a'])).toThrow('twice');
});
