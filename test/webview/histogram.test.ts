import { describe, expect, it } from 'vitest';
import { cutPosition, tickPlaces } from '../../webview/histogram';

const bins = [0, 10, 20, 30].map((from, i) => ({ from, to: from + 10, rows: i }));

describe('the place where texts are cut', () => {
  it.each([
    ['the beginning', 0, 0],
    ['the middle of a bin', 15, 1.5 / 4],
    ['the end of a bin', 20, 2 / 4],
    ['the last bin, which goes on to the longest text', 60, (3 + 30 / 61) / 4],
    ['beyond every text', 500, 1],
  ])('is in proportion: %s', (_, maxLength, expected) => {
    expect(cutPosition(bins, maxLength, 90)).toBeCloseTo(expected, 10);
  });

  it('never runs backwards', () => {
    const places = Array.from({ length: 200 }, (_, length) => cutPosition(bins, length, 90));
    expect(places.toSorted((a, b) => a - b)).toEqual(places);
  });
});

describe('the marks below', () => {
  it.each([1, 2, 5, 6, 7, 39, 40])('are a few beginnings of %i bins, evenly spread', (count) => {
    const many = Array.from({ length: count }, (_, i) => ({ from: 7 * i, to: 7 * i + 7, rows: 1 }));
    const ticks = tickPlaces(many);
    expect(ticks.length).toBeGreaterThan(0);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks[0]).toEqual({ value: 0, at: 0 });
    for (const { value, at } of ticks) expect(value).toBeCloseTo(at * 7 * count, 10);
  });
});
