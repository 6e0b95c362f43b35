import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { logOdds, WordCounts } from '../../src/inspection/telling-words';
import reference from '../fixtures/numpy-log-odds.json';

const wordName = (word: number) => `w${word}`;

describe.each(reference.cases)('log-odds ratios of $name', ({ labels, has, z }) => {
  const classes = z.length;
  const sum = (column: number, of: (row: number) => boolean) =>
    has.reduce((total, row, i) => total + (of(i) ? row[column]! : 0), 0);

  it('are those of NumPy', () => {
    for (let c = 0; c < classes; c++) {
      const columns = has[0]!.map((_, column) => ({
        ours: sum(column, (row) => labels[row] === c),
        theirs: sum(column, (row) => labels[row] !== c),
      }));
      const ours = columns.reduce((total, column) => total + column.ours, 0);
      const theirs = columns.reduce((total, column) => total + column.theirs, 0);
      columns.forEach((column, i) => {
        const score = logOdds(
          { count: column.ours, total: ours },
          { count: column.theirs, total: theirs },
          { count: column.ours + column.theirs, total: ours + theirs },
        );
        expect(score).toBeCloseTo(z[c]![i]!, 8);
      });
    }
  });

  it('choose the words of each class, most telling first', () => {
    const counts = new WordCounts(classes);
    has.forEach((row, i) => {
      const words = row.flatMap((count, column) => (count ? [wordName(column)] : []));
      // However often a text says a word, it counts once.
      counts.add([...words, ...words.slice(0, 3)], [labels[i]!]);
    });
    const names = z.map((_, c) => `class ${c}`);
    counts.report(names).forEach(({ label, words }, c) => {
      expect(label).toBe(names[c]);
      const expected = z[c]!.map((score, column) => ({ word: wordName(column), score, column }))
        .filter(({ score }) => score > 1.96)
        .sort((a, b) => b.score - a.score);
      expect(words.map(({ word }) => word)).toEqual(expected.map(({ word }) => word));
      expected.forEach(({ score, column }, i) => {
        expect(words[i]!.score).toBeCloseTo(score, 8);
        expect(words[i]!.rows).toBe(sum(column, (row) => labels[row] === c));
      });
    });
    // Otherwise nothing would have been compared.
    expect(z.flat().some((score) => score > 1.96)).toBe(true);
  });
});

it('counts several labels of a row for each of them', () => {
  const counts = new WordCounts(2);
  for (let i = 0; i < 30; i++) {
    counts.add(['both', 'left'], [0]);
    counts.add(['both', 'right'], [1]);
    counts.add(['both', 'left', 'right'], [0, 1]);
    counts.add(['both', 'none'], []);
  }
  const [left, right] = counts.report(['l', 'r']);
  expect(left!.words).toMatchObject([{ word: 'left', rows: 60 }]);
  expect(right!.words).toMatchObject([{ word: 'right', rows: 60 }]);
});

it('forgets rare words where there are more than can be counted, and goes on', () => {
  const seed = 3;
  const random = createRandom(seed);
  const counts = new WordCounts(2, 1000);
  for (let row = 0; row < 4000; row++) {
    const label = random.integer(2);
    const words = [
      `unique${row}`,
      `other${row}`,
      random.next() < 0.8 ? `of${label}` : `of${1 - label}`,
      'all',
    ];
    counts.add(words, [label]);
  }
  const [zero, one] = counts.report(['0', '1']);
  expect(zero!.words.map(({ word }) => word)).toEqual(['of0']);
  expect(one!.words.map(({ word }) => word)).toEqual(['of1']);
  // Counted in all rows, before and after words were forgotten.
  expect(zero!.words[0]!.rows + one!.words[0]!.rows).toBeGreaterThan(3000);
});

it('has nothing to say of a class that words do not tell', () => {
  const counts = new WordCounts(2);
  for (let i = 0; i < 50; i++) counts.add(['same', 'words'], [i % 2]);
  expect(counts.report(['a', 'b'])).toEqual([
    { label: 'a', words: [] },
    { label: 'b', words: [] },
  ]);
  expect(new WordCounts(1).report(['none'])).toEqual([{ label: 'none', words: [] }]);
});

it('counts no words where hardly any row is left for each of the classes', () => {
  const counts = new WordCounts(1_000_000);
  for (let row = 0; row < 1000; row++) counts.add(['same', `word${row}`], [row]);
  expect(counts.report(['a', 'b'])).toEqual([
    { label: 'a', words: [] },
    { label: 'b', words: [] },
  ]);
});
