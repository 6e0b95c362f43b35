import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { Lengths } from '../../src/inspection/lengths';
import { summarizeLengths } from '../../src/trainer/data-facts';

function reportOf(lengths: readonly number[], maxLength: number | null) {
  const counted = new Lengths();
  for (const length of lengths) counted.add(length);
  return counted.report('words', maxLength);
}

it('says what training says of the same lengths', () => {
  const seed = 2;
  const random = createRandom(seed);
  for (let round = 0; round < 200; round++) {
    const longest = 1 + random.integer(random.next() < 0.1 ? 20_000 : 300);
    const lengths = Array.from({ length: 1 + random.integer(200) }, () => random.integer(longest));
    const maxLength = 1 + random.integer(longest);
    const summary = summarizeLengths(lengths, maxLength);
    expect(reportOf(lengths, maxLength), `seed ${seed}, round ${round}`).toMatchObject({
      median: summary.median,
      p95: summary.p95,
      longest: summary.longest,
      cutRows: summary.cutTexts,
      cutShare: summary.cutTokenShare,
    });
  }
});

it('has bins side by side that hold every text', () => {
  const seed = 4;
  const random = createRandom(seed);
  for (let round = 0; round < 200; round++) {
    const longest = 1 + random.integer(random.next() < 0.2 ? 100_000 : 50);
    const lengths = Array.from({ length: 1 + random.integer(300) }, () => random.integer(longest));
    const { bins } = reportOf(lengths, null);
    const message = `seed ${seed}, round ${round}`;
    expect(bins[0]!.from, message).toBe(0);
    bins.forEach(({ from, to, rows }, i) => {
      if (i > 0) expect(from, message).toBe(bins[i - 1]!.to);
      expect(rows, message).toBe(lengths.filter((length) => from <= length && length < to).length);
    });
    expect(bins.at(-1)!.to, message).toBeGreaterThan(Math.max(...lengths));
    expect(bins.length, message).toBeLessThanOrEqual(40);
  }
});

it('puts a few very long texts into the last bin', () => {
  const lengths = [...Array.from({ length: 999 }, (_, i) => i % 50), 1_000_000];
  const { bins } = reportOf(lengths, 20);
  expect(bins.length).toBeGreaterThan(20);
  expect(bins.at(-1)).toEqual({ from: expect.any(Number), to: 1_000_001, rows: expect.any(Number) });
});

it('is empty without texts', () => {
  expect(reportOf([], 5)).toMatchObject({ bins: [], median: 0, p95: 0, longest: 0, cutRows: 0, cutShare: 0 });
});
