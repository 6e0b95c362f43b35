import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import { cases, folderOf, open } from './tokenizer-folder';

const seed = Number(process.env.FUZZ_SEED ?? 20_240_607);

/** Where characters are drawn from: from the first to before the second. Surrogates come alone too. */
const ranges = [
  [0, 0x80],
  [0x80, 0x250],
  [0x300, 0x370],
  [0x370, 0x600],
  [0x600, 0x1200],
  [0x2000, 0x2100],
  [0x3000, 0x3100],
  [0x4e00, 0x4f00],
  [0xac00, 0xad00],
  [0xd800, 0xe000],
  [0xf900, 0x10000],
  [0x1f000, 0x1fb00],
  [0, 0x110000],
] as const;
const snippets = ['the', 'fox', ' ', ' ', '\r\n', '[SEP]', '[CLS]', '<s>', '</s>', '<mask>', '``', '9,', '▁'];

function textOf(random: Random): string {
  return Array.from({ length: random.integer(40) }, () => {
    if (random.next() < 0.4) return snippets[random.integer(snippets.length)];
    const [first, end] = ranges[random.integer(ranges.length)]!;
    return String.fromCodePoint(first + random.integer(end - first));
  }).join('');
}

/** A megabyte each, that some step could take long over: one word, one grapheme, a token again and again. */
const long: [name: string, text: string][] = [
  ['one letter', 'a'.repeat(1_000_000)],
  ['letters', 'abcdefghijklmnopqrstuvwxyz'.repeat(40_000)],
  ['Chinese', '中文电影'.repeat(250_000)],
  ['emoji', '👍🏽'.repeat(250_000)],
  ['marks', '\u0301'.repeat(1_000_000)],
  ['spaces', ' '.repeat(1_000_000)],
  ['marks of a text', '[SEP]</s>'.repeat(100_000)],
  ['spaces before masks', `${' '.repeat(100)}<mask>`.repeat(10_000)],
];

describe.each(cases)('$name', ({ name, files }) => {
  it(`gives any text ids of the vocabulary, between the marks (seed ${seed})`, () => {
    const random = createRandom(seed);
    const tokenizer = open(folderOf(files), { maxLength: 16 });
    const [first, last] = open(folderOf(files)).encode('').ids;
    for (let round = 0; round < 300; round++) {
      const text = textOf(random);
      const { ids, length } = tokenizer.encode(text);
      const told = `${name}, seed ${seed}, text ${JSON.stringify(text)}`;
      expect(ids.length, told).toBe(Math.min(length, 16));
      expect(ids.length, told).toBeGreaterThanOrEqual(2);
      expect([ids[0], ids.at(-1)], told).toEqual([first, last]);
      expect(Math.min(...ids), told).toBeGreaterThanOrEqual(0);
      expect(Math.max(...ids), told).toBeLessThan(tokenizer.vocabularySize);
      expect(tokenizer.encode(text).ids, told).toEqual(ids);
    }
  });
});

// One of each kind is enough: these take seconds.
describe.each(['bert cased, vocab.txt', 'roberta, tokenizer.json', 'albert, spiece.model'])('%s', (name) => {
  it.each(long)('reads a megabyte of %s', { timeout: 60_000 }, (_, text) => {
    const tokenizer = open(folderOf(cases.find((entry) => entry.name === name)!.files), { longest: 512 });
    const { ids, length } = tokenizer.encode(text);
    expect(ids.length).toBe(Math.min(length, 512));
  });
});
