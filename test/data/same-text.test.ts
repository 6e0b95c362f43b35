import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { SameTexts, textKey } from '../../src/data/same-text';

const plain = (text: string) => text.trim().replace(/\s+/g, ' ');

it('texts have the same key where they differ in white space at most, and only there', () => {
  const seed = 21;
  const random = createRandom(seed);
  // What `\s` finds, and what it does not though it looks alike.
  const pieces = [
    ...' \t\n\r\v\f\u00a0\u1680\u2003\u2028\u202f\u205f\u3000\ufeff',
    'a',
    'b',
    'ab',
    '\u200b',
    '\u180e',
    'é',
    '😀',
  ];
  const texts = Array.from({ length: 3000 }, () =>
    Array.from({ length: random.integer(7) }, () => pieces[random.integer(pieces.length)]!).join(''),
  );
  const keys = new Map<number, string>();
  const plains = new Set<string>();
  for (const text of texts) {
    const known = keys.get(textKey(text));
    if (known !== undefined) expect(plain(text), `seed ${seed}: ${JSON.stringify(text)}`).toBe(known);
    keys.set(textKey(text), plain(text));
    plains.add(plain(text));
  }
  expect(keys.size).toBe(plains.size);
});

it('keys of hundreds of thousands of short texts differ', () => {
  const keys = new Set<number>();
  const texts = 400_000;
  for (let i = 0; i < texts / 2; i++) {
    keys.add(textKey(`row ${i}`));
    keys.add(textKey(String.fromCharCode(0x20 + (i % 90) + 1, 0x100 + ((i / 90) | 0), 97)));
  }
  expect(keys.size).toBe(texts);
  expect(Math.max(...[...keys].slice(0, 1000))).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
});

it('groups rows with the same text by the order of their first ones', () => {
  const texts = new SameTexts();
  const firsts = ['b', 'a', 'a ', 'c', ' b', 'a'].map((text) => texts.add(textKey(text)));
  expect(firsts).toEqual([0, 1, 1, 3, 0, 1]);
  expect(texts.groups()).toEqual([
    [0, 4],
    [1, 2, 5],
  ]);
});
