import { describe, expect, it } from 'vitest';
import { rateShare, type ScheduleOptions } from '../../src/nn/schedules';
import { expectClose } from '../support/close';
import { torchCases } from '../support/torch';

interface ScheduleCase extends ScheduleOptions {
  readonly name: string;
  readonly totalSteps: number;
  readonly learningRate: number;
  /** Of each step, in order. */
  readonly rates: readonly number[];
}

const cases = torchCases<ScheduleCase>('schedules');

describe("schedules equal PyTorch's", () => {
  it.each(cases.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
    const found = fixture.rates.map(
      (__, i) => fixture.learningRate * rateShare(fixture, i + 1, fixture.totalSteps),
    );
    expectClose(found, fixture.rates, 1e-9, 'rates');
  });

  it('tries every schedule', () => {
    expect(new Set(cases.map(({ type }) => type))).toEqual(new Set(['constant', 'linear', 'cosine']));
  });
});
