import { describe, expect, it } from 'vitest';
import { encodingTrouble } from '../../src/inspection/encoding';

/** What text becomes whose UTF-8 is read as Windows-1252, or as Latin-1. */
const misread = (text: string, encoding: 'windows-1252' | 'latin1') =>
  encoding === 'latin1'
    ? Buffer.from(text).toString('latin1')
    : new TextDecoder(encoding).decode(Buffer.from(text));

describe('damaged text', () => {
  const words = [
    'café',
    'naïve',
    'Größe',
    'it’s',
    '“quoted”',
    'a – b',
    '5 €',
    '£1.50',
    '20 °C',
    'TM™',
    'yes 😀',
  ];
  it.each([...words, 'привет', 'ελληνικά', '日本語', 'žluťoučký kůň'])(
    'is known by what %s becomes',
    (text) => {
      for (const encoding of ['windows-1252', 'latin1'] as const) {
        const trouble = encodingTrouble(`before ${misread(text, encoding)} after`);
        expect(trouble, `${encoding}: ${misread(text, encoding)}`).toMatchObject({ breaksWords: true });
      }
    },
  );

  it('is told with what was meant', () => {
    expect(encodingTrouble(`a ${misread('café', 'windows-1252')}`)!.note).toBe('"Ã©" was probably "é"');
    expect(encodingTrouble('a caf\ufffd')!.note).toMatch(/was lost/);
  });

  it.each([
    ['it\u0092s', /U\+0092/],
    ['a \u0000 b', /U\+0000/],
    ['fish &amp; chips', /&amp;/],
    ['&#8220;so&#8221;', /&#8220;/],
  ])('stray characters in %j are told apart: words are what they were', (text, note) => {
    const trouble = encodingTrouble(text)!;
    expect(trouble.breaksWords).toBe(false);
    expect(trouble.note).toMatch(note);
  });

  it('takes time in proportion to a text that has nothing else', () => {
    const text = '&amp;'.repeat(500_000);
    const started = performance.now();
    expect(encodingTrouble(text)!.note).toMatch(/&amp;/);
    expect(encodingTrouble(`${text}</p>`)).toBeUndefined();
    // With a look through the whole text at each of them it would be a minute.
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('is worse than stray characters in the same text', () => {
    expect(encodingTrouble(`fish &amp; ${misread('café', 'latin1')}`)!.breaksWords).toBe(true);
  });
});

it.each([
  'Plain English, with (all) sorts of [marks]; and 50% & more.',
  'Übergrößenträger äßen Öl – „sagt er“ … 20 °C, 5 €',
  'Le café «MENU» à côté… PRIX: 5€ É»',
  'CAFÉ» MENÜ– À« IRMÃO, NÃO, maçã, coração',
  'șarpe, țară, â€ nu', // no third character follows
  'Привет, мир! Ðß',
  '日本語のテキスト、きれいです。',
  'tab\tand\nline\r\nbreaks',
  'AT&T, R&B, a&b; <b>bold &amp; at home</b>',
  'emoji 😀 👩‍👩‍👧 and flags 🇩🇪',
  '',
])('finds nothing in %j', (text) => {
  expect(encodingTrouble(text)).toBeUndefined();
});
