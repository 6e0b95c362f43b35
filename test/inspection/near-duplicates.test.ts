import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import { alike, NearDuplicates } from '../../src/inspection/near-duplicates';
import { jaccard, shinglesOf } from '../../src/inspection/shingles';

const shingleSet = (words: readonly string[]) =>
  new Set(words.slice(0, -2).map((word, i) => `${word} ${words[i + 1]} ${words[i + 2]}`));

/** By sets of texts, which share nothing with the code. */
function similarity(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [shingleSet(a), shingleSet(b)];
  const both = [...left].filter((shingle) => right.has(shingle)).length;
  return both / (left.size + right.size - both);
}

const text = (random: Random, length: number) => Array.from({ length }, () => `w${random.integer(500)}`);

function change(random: Random, words: readonly string[], changes: number): string[] {
  const changed = [...words];
  for (let i = 0; i < changes; i++) changed[random.integer(changed.length)] = `new${random.integer(1e6)}`;
  return changed;
}

function groupsOf(texts: readonly (readonly string[])[]): number[][] {
  const near = new NearDuplicates((row) => shinglesOf(texts[row]!)!);
  for (const [row, words] of texts.entries()) near.add(row, shinglesOf(words)!);
  return near.groups();
}

describe('shingles', () => {
  it('are as alike as the sets of word runs that they stand for', () => {
    const seed = 11;
    const random = createRandom(seed);
    for (let i = 0; i < 300; i++) {
      const a = text(random, 6 + random.integer(60));
      const b = change(random, a, random.integer(8));
      expect(jaccard(shinglesOf(a)!, shinglesOf(b)!), `seed ${seed}, pair ${i}`).toBeCloseTo(
        similarity(a, b),
        12,
      );
    }
  });

  it('are not made of a few words', () => {
    expect(shinglesOf(['thank', 'you', 'very', 'much', 'indeed'])).toBeUndefined();
    expect(shinglesOf([])).toBeUndefined();
  });

  it('are made of characters where there is no space between words', () => {
    expect(shinglesOf(['这是一个很好的电影'])).toHaveLength(7);
    expect(jaccard(shinglesOf(['这是一个很好的电影'])!, shinglesOf(['这是一个很好的电影吗'])!)).toBe(7 / 8);
  });
});

describe('near-duplicates', () => {
  it('are the pairs that comparing each with each finds, and no others', () => {
    const seed = 5;
    const random = createRandom(seed);
    let planted = 0;
    let found = 0;
    for (let round = 0; round < 20; round++) {
      const originals = Array.from({ length: 60 }, () => text(random, 30 + random.integer(200)));
      const copies = originals.map((words) => change(random, words, 1 + random.integer(6)));
      const groups = groupsOf([...originals, ...copies]);
      const partner = new Map(groups.map(([first, second]) => [first!, second]));
      originals.forEach((words, i) => {
        const isAlike = similarity(words, copies[i]!) >= alike;
        const isFound = partner.get(i) === originals.length + i;
        // The exact measure decides: nothing below the bound is ever called nearly the same.
        if (isFound) expect(isAlike, `seed ${seed}, round ${round}, text ${i}`).toBe(true);
        planted += Number(isAlike);
        found += Number(isFound);
      });
      expect(groups.every(({ length }) => length === 2)).toBe(true);
    }
    expect(planted).toBeGreaterThan(300);
    expect(found / planted, `seed ${seed}: ${found} of ${planted}`).toBeGreaterThan(0.985);
  });

  it('come in groups around the first text', () => {
    const random = createRandom(8);
    const base = text(random, 100);
    const others = Array.from({ length: 5 }, () => text(random, 100));
    const copies = Array.from({ length: 4 }, () => change(random, base, 1));
    expect(groupsOf([...others, base, ...copies])).toEqual([[5, 6, 7, 8, 9]]);
  });

  it('take work in proportion to the rows, also where all follow one template', () => {
    const random = createRandom(9);
    // Two thirds alike: candidates for each other, and never the same.
    const template = text(random, 60);
    const texts = Array.from({ length: 3000 }, () => change(random, template, 4));
    let reads = 0;
    const near = new NearDuplicates((row) => {
      reads++;
      return shinglesOf(texts[row]!)!;
    });
    for (const [row, words] of texts.entries()) near.add(row, shinglesOf(words)!);
    expect(reads).toBeLessThan(texts.length);
  });

  it('keep no long texts at hand beyond a few megabytes, and find them nevertheless', () => {
    const random = createRandom(10);
    const base = Array.from({ length: 400_000 }, () => `w${random.integer(100_000)}`);
    // The first and the last are the same, all between them others.
    const texts = Array.from({ length: 12 }, (_, i) => base.map((word) => `${word}-${i % 11}`));
    const read: number[] = [];
    const near = new NearDuplicates((row) => {
      read.push(row);
      return shinglesOf(texts[row]!)!;
    });
    for (const [row, words] of texts.entries()) near.add(row, shinglesOf(words)!);
    expect(near.groups()).toEqual([[0, 11]]);
    // Ten texts of 400 000 shingles came after it.
    expect(read).toEqual([0]);
  });
});
