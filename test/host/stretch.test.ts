import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { stretchAfter, type TextChange, trimmed } from '../../src/host/stretch';

/** `one [two] three` is the text `one two three` and the stretch of `two`. */
function parse(marked: string): { text: string; start: number; end: number } {
  const start = marked.indexOf('[');
  const end = marked.indexOf(']') - 1;
  return { text: marked.replace(/[[\]]/g, ''), start, end };
}

function apply(text: string, { rangeOffset, rangeLength, text: inserted }: TextChange): string {
  return text.slice(0, rangeOffset) + inserted + text.slice(rangeOffset + rangeLength);
}

/** Replaces what stands between `{` and `}` by `inserted`. */
function check(marked: string, inserted: string, expected: string | undefined): void {
  const rangeOffset = marked.replace(/[[\]]/g, '').indexOf('{');
  const rangeLength = marked.replace(/[[\]]/g, '').indexOf('}') - rangeOffset - 1;
  const { text, start, end } = parse(marked.replace(/[{}]/g, ''));
  const change = { rangeOffset, rangeLength, text: inserted };
  const stretch = stretchAfter({ start, end }, [change]);
  const after = apply(text, change);
  const shown =
    stretch &&
    `${after.slice(0, stretch.start)}[${after.slice(stretch.start, stretch.end)}]${after.slice(stretch.end)}`;
  expect(shown).toBe(expected);
}

describe('a stretch after a change', () => {
  const rows: [what: string, marked: string, inserted: string, expected: string | undefined][] = [
    ['written before it', '{}one [two] three', 'X', 'Xone [two] three'],
    ['written after it', 'one [two] three{}', 'X', 'one [two] threeX'],
    ['deleted before it', '{one} [two] three', '', ' [two] three'],
    ['deleted up to it', '{one }[two] three', '', '[two] three'],
    ['deleted from its end on', 'one [two]{ three}', '', 'one [two]'],
    ['replaced before it by a longer text', '{one} [two]', 'seventeen', 'seventeen [two]'],
    ['a line break at its end', 'one [two]{}', '\n', 'one [two]\n'],
    ['a line break and more at its end', 'one [two]{}', '\r\nthree', 'one [two]\r\nthree'],
    ['a line put before it', '{}[two]', 'one\n', 'one\n[two]'],
    ['written inside it', 'one [t{}wo] three', 'X', undefined],
    ['deleted inside it', 'one [t{w}o] three', '', undefined],
    ['a line break inside it', 'one [t{}wo] three', '\n', undefined],
    ['all of it deleted', 'one [{two}] three', '', undefined],
    ['deleted over its start', 'one{ [t}wo] three', '', undefined],
    ['deleted over its end', 'one [tw{o] t}hree', '', undefined],
    ['everything replaced', '{one [two] three}', 'one two three', undefined],
    ['written on at its end', 'one [two]{}', ' and a half', undefined],
    ['written on before its start', '{}[two]', 'twenty-', undefined],
  ];
  it.each(rows)('%s', (_, marked, inserted, expected) => check(marked, inserted, expected));

  it('follows several changes, made from the last to the first as editors tell them', () => {
    const changes = [
      { rangeOffset: 20, rangeLength: 0, text: 'after' },
      { rangeOffset: 4, rangeLength: 2, text: '' },
      { rangeOffset: 0, rangeLength: 0, text: 'abc' },
    ];
    expect(stretchAfter({ start: 10, end: 15 }, changes)).toEqual({ start: 11, end: 16 });
  });

  it('never covers another text than before, whatever is changed', () => {
    const random = createRandom(7);
    let kept = 0;
    for (let round = 0; round < 5_000; round++) {
      let text = Array.from({ length: 12 }, () => 'ab\n'[random.integer(3)]).join('');
      const start = random.integer(11);
      let stretch: { start: number; end: number } | undefined = {
        start,
        end: start + 1 + random.integer(11 - start),
      };
      const before = text.slice(stretch.start, stretch.end);
      for (let edit = 0; edit < 3 && stretch; edit++) {
        const rangeOffset = random.integer(text.length + 1);
        const rangeLength = random.integer(Math.min(3, text.length - rangeOffset) + 1);
        const change = { rangeOffset, rangeLength, text: 'xy\n'.slice(random.integer(4)) };
        stretch = stretchAfter(stretch, [change]);
        text = apply(text, change);
      }
      if (!stretch) continue;
      kept++;
      expect(text.slice(stretch.start, stretch.end)).toBe(before);
    }
    expect(kept).toBeGreaterThan(100);
  });
});

describe('a stretch without the blanks around its text', () => {
  const rows: [text: string, expected: [start: number, end: number] | undefined][] = [
    ['two', [10, 13]],
    ['  two words\t\n', [12, 21]],
    ['\u00a0two\u3000', [11, 14]],
    ['', undefined],
    [' \n\t', undefined],
  ];
  it.each(rows)('%j', (text, expected) => {
    const stretch = trimmed({ start: 10, end: 10 + text.length }, text);
    expect(stretch && [stretch.start, stretch.end]).toEqual(expected);
  });
});
