import { describe, expect, it } from 'vitest';
import { HumanError } from '../../src/protocol/human-error';
import { createTokenizer, loadTokenizer, saveTokenizer } from '../../src/text/tokenizer-file';
import { vocabularyOf } from '../../src/text/vocabulary';
import { numberTokens } from '../support/number-tokens';

const options = { lowercase: false, stripHtml: true, keepEmoticons: true };
const { vocabulary } = numberTokens([['Good', 'film', 'été', '😀x', 'film', ':)']], {
  maxVocabulary: 4,
  minFrequency: 1,
});
const saved = saveTokenizer(createTokenizer(options, vocabulary, 4));

it('restores the tokenizer that was saved', () => {
  const tokenizer = loadTokenizer(saved);
  expect(tokenizer.options).toEqual({ type: 'word', ...options, ngrams: 1 });
  expect(tokenizer.maxLength).toBe(4);
  expect(tokenizer.vocabulary.words).toEqual(vocabulary.words);
  expect(tokenizer.vocabulary.seenWords).toBe(5);
  expect(tokenizer.encode('<b>film</b> Film Good :-)')).toEqual(
    Int32Array.from(['film', 'Film', 'Good', ':)'].map(vocabulary.id)),
  );
  expect(tokenizer.encode('film film film film film')).toHaveLength(4);
  expect(tokenizer.encode(' ')).toEqual(Int32Array.of(1));
  expect(saveTokenizer(tokenizer)).toBe(saved);
});

it('restores characters and n-grams', () => {
  const characters = createTokenizer({ ...options, type: 'character', ngrams: 3 }, vocabulary, 7);
  const restored = loadTokenizer(saveTokenizer(characters));
  expect(restored.options).toEqual({ type: 'character', ...options, ngrams: 3 });
  expect(restored.tokenize('Été <b>')).toEqual(['É', 't', 'é']);
});

it('loads what earlier versions wrote, which knew words alone', () => {
  const { ngrams, ...earlier } = JSON.parse(saved) as Record<string, unknown>;
  expect(ngrams).toBe(1);
  expect(saveTokenizer(loadTokenizer(JSON.stringify(earlier)))).toBe(saved);
});

it('encodes the n-grams of the tokens that it reads, after them', () => {
  const words = vocabularyOf(['<pad>', '<unk>', 'a', 'b', 'c', 'a b', 'b c', 'a b c']);
  const encode = (text: string, ngrams: number, maxLength: number) => [
    ...createTokenizer({ ...options, ngrams }, words, maxLength).encode(text),
  ];
  expect(encode('a b c', 1, 9)).toEqual([2, 3, 4]);
  expect(encode('a b c', 2, 9)).toEqual([2, 3, 4, 5, 6]);
  expect(encode('a b c', 3, 9)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(encode('a b c', 3, 2)).toEqual([2, 3, 5]);
  expect(encode('b', 3, 2)).toEqual([3]);
  expect(encode('', 3, 2)).toEqual([1]);
});

describe('refuses', () => {
  const contents = JSON.parse(saved) as Record<string, unknown>;
  const broken: [what: string, json: string, says: RegExp][] = [
    ['a torn file', saved.slice(0, 40), /JSON/],
    ['an empty file', '', /JSON/],
    ['another kind', JSON.stringify({ ...contents, type: 'bpe' }), /type/],
    ['a missing option', JSON.stringify({ ...contents, lowercase: undefined }), /lowercase/],
    ['an unknown option', JSON.stringify({ ...contents, stem: true }), /stem/],
    ['a length of zero', JSON.stringify({ ...contents, maxLength: 0 }), /maxLength/],
    [
      'a word that is no string',
      JSON.stringify({ ...contents, vocabulary: ['<pad>', '<unk>', 3] }),
      /vocabulary\.2/,
    ],
    ['a vocabulary without padding', JSON.stringify({ ...contents, vocabulary: ['a'] }), /starts with <pad>/],
    ['a word twice', JSON.stringify({ ...contents, vocabulary: ['<pad>', '<unk>', 'a', 'a'] }), /twice/],
    ['a list', '[]', /object/],
  ];

  it.each(broken)('%s', (_, json, says) => {
    let error: unknown;
    try {
      loadTokenizer(json, 'model/tokenizer.json');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(HumanError);
    const human = error as HumanError;
    expect(human.place).toEqual({ file: 'model/tokenizer.json' });
    expect(human.message).toMatch(says);
    expect(human.hint).toBeTruthy();
  });
});
