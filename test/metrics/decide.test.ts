import { describe, expect, it } from 'vitest';
import { classify, type DecisionRule, decide } from '../../src/metrics/decide';

const single = { task: 'single-label' } as const;
const multi = { task: 'multi-label' } as const;

describe('decide', () => {
  it.each<[what: string, shares: number[], rule: DecisionRule, expected: number[]]>([
    ['the most probable class', [0.2, 0.5, 0.3], single, [1]],
    ['the first of equals', [0.5, 0.5], single, [0]],
    ['the second of two from its threshold on', [0.75, 0.25], { ...single, thresholds: [0.25] }, [1]],
    ['the first of two below it', [0.76, 0.24], { ...single, thresholds: [0.25] }, [0]],
    ['a sure one is refused by a high threshold', [0.1, 0.9], { ...single, thresholds: [0.95] }, [0]],
    ['labels from 0.5 on', [0.5, 0.49, 0.9], multi, [0, 2]],
    [
      'each label from its own threshold on',
      [0.5, 0.49, 0.9],
      { ...multi, thresholds: [0.6, 0.4, 0.9] },
      [1],
    ],
    ['no label at all', [0.1, 0.2], multi, []],
  ])('%s', (_, shares, rule, expected) => {
    expect(decide(shares, rule)).toEqual(expected);
  });
  it('takes probabilities as an evaluation holds them, in 32 bits', () => {
    const almost = 0.5 - 2 ** -40;
    expect(decide([almost], multi)).toEqual([0]);
    expect(decide([almost, 0.5], single)).toEqual([0]);
  });
});

describe('classify', () => {
  it.each([
    { shares: [0.25, 0.75], rule: single, expected: { labels: ['b'], label: 'b', probability: 0.75 } },
    {
      shares: [0.5, 0.75],
      rule: multi,
      expected: { labels: ['a', 'b'], label: 'a, b', probability: 0.5 },
    },
    { shares: [0.25, 0.125], rule: multi, expected: { labels: [], label: 'no label', probability: 0.75 } },
  ])('$shares as $rule.task', ({ shares, rule, expected }) => {
    expect(classify(['a', 'b'], shares, rule)).toEqual(expected);
  });
});
