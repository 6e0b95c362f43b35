import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { spreadWords } from '../../webview/spread-words';

it.each<[what: string, words: [at: number, width: number][], expected: number[]]>([
  ['none', [], []],
  ['one in its middle', [[50, 20]], [40]],
  ['one at the start', [[3, 20]], [0]],
  ['one at the end', [[99, 20]], [80]],
  [
    'two with room',
    [
      [20, 20],
      [80, 20],
    ],
    [10, 70],
  ],
  [
    'two at one place',
    [
      [50, 20],
      [50, 20],
    ],
    [40, 64],
  ],
  [
    'two at the end',
    [
      [95, 20],
      [95, 20],
    ],
    [56, 80],
  ],
  [
    'two at the start',
    [
      [0, 20],
      [0, 20],
    ],
    [0, 24],
  ],
])('places %s', (_, words, expected) => {
  const drawn = words.map(([at, width]) => ({ at, width }));
  expect(spreadWords(drawn, 0, 100, 4)).toEqual(expected);
});

it('keeps words that have room apart, on the line and in order', () => {
  const seed = 20_240;
  const random = createRandom(seed);
  for (let round = 0; round < 500; round++) {
    const words = Array.from({ length: 1 + random.integer(4) }, () => ({
      at: random.integer(400),
      width: 1 + random.integer(90),
    })).sort((a, b) => a.at - b.at);
    const lefts = spreadWords(words, 0, 400, 5);
    const where = `seed ${seed}, round ${round}: ${JSON.stringify({ words, lefts })}`;
    expect(lefts[0], where).toBeGreaterThanOrEqual(0);
    for (const [i, left] of lefts.entries()) {
      const next = i + 1 < lefts.length ? lefts[i + 1]! - 5 : 400;
      expect(left + words[i]!.width, where).toBeLessThanOrEqual(next);
    }
  }
});
