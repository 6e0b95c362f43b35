import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { characterTokenizer, tokenizerOf, wordTokenizer } from '../../src/text/tokenize';
import { readAll } from '../support/read-all';

const all = { lowercase: true, stripHtml: true, keepEmoticons: true };
const tokenize = wordTokenizer(all);

describe("gives what the notebook's Python function gives", () => {
  // def tokenizer(text):
  //     text = re.sub('<[^>]*>', ' ', text)          # ' ' where the notebook has ''
  //     emoticons = re.findall('(?::|;|=)(?:-)?(?:\)|\(|D|P)', text)
  //     text = re.sub(r'[\W]+', ' ', text.lower()) + ' ' + ' '.join(emoticons).replace('-', '')
  //     return text.split()
  const samples: [text: string, tokens: string[]][] = [
    ['</a>This :) is :( a test :-)!', ['this', 'is', 'a', 'test', ':)', ':(', ':)']],
    [
      "I don't like it; it's so-so... 10/10",
      ['i', 'don', 't', 'like', 'it', 'it', 's', 'so', 'so', '10', '10'],
    ],
    ['a<br />b<br/><br/>c', ['a', 'b', 'c']],
    ['a < b and c > d', ['a', 'd']],
    ['no tag < here', ['no', 'tag', 'here']],
    ['=D ;-P :-( x:D', ['d', 'p', 'x', 'd', '=D', ';P', ':(', ':D']],
    ['Füße ÉCOLE naïve_word 2½ ５ Ⅷ', ['füße', 'école', 'naïve_word', '2½', '５', 'ⅷ']],
    ['нет, 好的。ひらがな! 한국어', ['нет', '好的', 'ひらがな', '한국어']],
    ['<>', []],
    ['', []],
    ['  \t\n', []],
    ['under_score __init__ 3.14', ['under_score', '__init__', '3', '14']],
    ['ÄÖ\u00a0ß', ['äö', 'ß']],
    ['unclosed <b and :)', ['unclosed', 'b', 'and', ':)']],
    ['<i>:)</i> :-) ;)', [':)', ':)', ';)']],
    ['𝒳 math 😀 emoji', ['𝒳', 'math', 'emoji']],
    ['A>B :P<', ['a', 'b', 'p', ':P']],
  ];

  it.each(samples)('%j', (text, tokens) => {
    expect(tokenize(text)).toEqual(tokens);
  });
});

const options: [what: string, change: Partial<typeof all>, text: string, tokens: string[]][] = [
  ['case', { lowercase: false }, 'Good FILM :D', ['Good', 'FILM', 'D', ':D']],
  ['tags', { stripHtml: false }, 'a<br/>b', ['a', 'br', 'b']],
  ['no emoticons', { keepEmoticons: false }, 'fine :-)', ['fine']],
];

it.each(options)('keeps %s if asked to', (_, change, text, tokens) => {
  expect(wordTokenizer({ ...all, ...change })(text)).toEqual(tokens);
});

it('keeps combining marks with their letters, but makes no words of marks alone', () => {
  expect(tokenize('e\u0301cole')).toEqual(['e\u0301cole']);
  expect(tokenize('नमस्ते दुनिया')).toEqual(['नमस्ते', 'दुनिया']);
  expect(tokenize('I ❤\uFE0F it')).toEqual(['i', 'it']);
});

it('is not confused by halves of surrogate pairs', () => {
  const letter = '𝒳';
  expect(tokenize(`a ${letter[0]} b ${letter[1]} ${letter} ${letter[0]}`)).toEqual(['a', 'b', letter]);
  expect(tokenize(`${letter}${letter}`)).toEqual([letter + letter]);
});

it.each(['<', '<a', ':', '=-', ':-)', '<>', '<b>', 'é', '\u0301', '😀', '\ud83d', 'a', ' '])(
  'takes a million times %j in its stride',
  (piece) => {
    // Quadratic work would be 10^12 steps: hours, not the seconds that the test runner allows.
    expect(tokenize(piece.repeat(1_000_000)).length).toBeLessThanOrEqual(1_000_000);
  },
);

const characters: [what: string, text: string, tokens: string[]][] = [
  ['letters', 'aB', ['a', 'b']],
  ['white space, however long, as one space', ' a \n\t b ', ['a', ' ', 'b']],
  ['what is no part of a word', 'a-1!', ['a', '-', '1', '!']],
  ['characters beyond 16 bits', '😀𝒳', ['😀', '𝒳']],
  ['combining marks', 'e\u0301', ['e', '\u0301']],
  ['halves of surrogate pairs', 'a\ud83d', ['a', '\ud83d']],
  ['no tags', 'a<br/>b', ['a', ' ', 'b']],
  ['nothing of nothing', ' \n', []],
];
it.each(characters)('makes characters of %s', (_, text, tokens) => {
  expect(tokenizerOf({ ...all, type: 'character' })(text)).toEqual(tokens);
});

it('leaves case and tags of characters alone where it is told to', () => {
  const keep = characterTokenizer({ lowercase: false, stripHtml: false });
  expect(keep('A<b>')).toEqual(['A', '<', 'b', '>']);
});

it('makes words where nothing else is said', () => {
  expect(tokenizerOf(all)('Good film!')).toEqual(['good', 'film']);
});

const imdb = resolve(import.meta.dirname, '../../../shared/data/imdb/train.csv');
const missing = !existsSync(imdb);
it.skipIf(missing)(
  `cuts IMDB into the words that Python finds${missing ? ' (skipped: the data set is not on this machine)' : ''}`,
  async () => {
    // The function above over all 25 000 texts: sum of lengths, len(Counter), the most frequent.
    const counts = new Map<string, number>();
    let total = 0;
    for (const { text } of await readAll([imdb], { text: 'text', label: 'label' })) {
      for (const token of tokenize(text)) {
        counts.set(token, (counts.get(token) ?? 0) + 1);
        total++;
      }
    }
    expect(total).toBe(5955283);
    expect(counts.size).toBe(74896);
    expect([...counts].sort((a, b) => b[1] - a[1]).slice(0, 4)).toEqual([
      ['the', 336748],
      ['and', 164133],
      ['a', 163121],
      ['of', 145863],
    ]);
  },
);
