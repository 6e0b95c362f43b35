import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { IdleRule } from '../../src/nn/optimizers/optimizer';
import { IdleSteps } from '../../src/trainer/idle-steps';
import { expectClose } from '../support/close';

/** A made-up rule: the rate changes in every step, and so do `keep` and the weight. */
const rule = (decay: number, shrinking: number): IdleRule => ({
  after: 0,
  decay,
  keep: (learningRate) => 1 - shrinking * learningRate,
  stepWeight: (step, learningRate) => learningRate / (1 + 1 / step),
  epsilon: (step) => 1e-3 / step,
  epsilonGrowth: 1.01,
  shrink: (steps) => [0.5 ** steps],
});

/** Walks every step after `from` by the definition in IdleRule: p <- keep p - weight decay^k u. */
function walk(
  { decay, keep, stepWeight, epsilon, epsilonGrowth }: IdleRule,
  rates: readonly number[],
  from: number,
) {
  let [kept, moved, besideEpsilon] = [1, 0, 0];
  for (let step = from + 1; step <= rates.length; step++) {
    const rate = rates[step - 1]!;
    kept *= keep(rate);
    const size = stepWeight(step, rate) * decay ** (step - from);
    moved = keep(rate) * moved + size;
    besideEpsilon = keep(rate) * besideEpsilon + size * epsilon(step) * epsilonGrowth ** (step - from);
  }
  return { kept, moved, epsilon: moved === 0 ? 1 : besideEpsilon / moved };
}

describe('idle steps in one sum equal a walk over them', () => {
  const table: readonly { decay: number; shrinking: number; steps: number }[] = [
    { decay: 0.9, shrinking: 0, steps: 40 },
    { decay: 0.9, shrinking: 0.1, steps: 40 },
    { decay: 0.5, shrinking: 1, steps: 40 },
    { decay: 0, shrinking: 0.1, steps: 40 },
    // Past the sizes at which the lists grow.
    { decay: 0.9, shrinking: 0.01, steps: 1023 },
    { decay: 0.9, shrinking: 0.01, steps: 1024 },
    { decay: 0.99, shrinking: 0.01, steps: 2100 },
  ];
  for (const { decay, shrinking, steps } of table) {
    it(`decay ${decay}, shrinking ${shrinking}, ${steps} steps`, () => {
      const random = createRandom(3);
      const rates = Array.from({ length: steps }, () => 0.01 + 0.1 * random.next());
      const idle = new IdleSteps(rule(decay, shrinking));
      rates.forEach((rate, i) => {
        idle.record(i + 1, rate);
      });
      expect(idle.steps).toBe(steps);
      for (let from = 0; from <= steps; from += steps > 100 ? 97 : 1) {
        const expected = walk(rule(decay, shrinking), rates, from);
        const found = idle.since(from);
        expect(found.steps).toBe(steps - from);
        expect(found.shrink).toEqual([0.5 ** (steps - from)]);
        expect(idle.since(from)).toEqual(found);
        expectClose(
          [found.keep, found.moved, found.epsilon],
          [expected.kept, expected.moved, expected.epsilon],
          1e-9,
          `from ${from}`,
        );
      }
    });
  }

  it('knows of nothing before the first step', () => {
    const idle = new IdleSteps(rule(0.9, 0.1));
    expect(idle.since(0)).toEqual({ steps: 0, keep: 1, moved: 0, epsilon: 1, shrink: [1] });
  });
});
