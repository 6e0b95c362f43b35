import { describe, expect, it } from 'vitest';
import { createSchedule, type ScheduleOptions } from '../../src/nn/schedules';
import type { Course } from '../../src/nn/schedules/schedule';
import { expectClose } from '../support/close';
import { torchCases } from '../support/torch';

interface ScheduleCase extends Omit<Course, 'isHigherBetter'> {
  readonly name: string;
  readonly options: ScheduleOptions;
  readonly isHigherBetter?: boolean;
  /** Of each epoch, for reduceOnPlateau. */
  readonly metrics?: readonly number[];
  /** Of each step, in order. */
  readonly rates: readonly number[];
}

const cases = torchCases<ScheduleCase>('schedules');

/** The rates of a whole training; epochs without a metric are told as such. */
function walk({ options, rates, metrics, isHigherBetter = false, ...course }: ScheduleCase): number[] {
  const schedule = createSchedule(options, { ...course, isHigherBetter });
  return rates.map((_, i) => {
    const rate = schedule.rate(i + 1);
    const epochsDone = (i + 1) / course.stepsPerEpoch;
    if (Number.isInteger(epochsDone)) schedule.endEpoch(metrics?.[epochsDone - 1] ?? null);
    return rate;
  });
}

describe("schedules equal PyTorch's", () => {
  it.each(cases.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
    // Relative to the learning rate, or small rates would be taken for 0.
    const relative = (rates: readonly number[]) => rates.map((rate) => rate / fixture.learningRate);
    expectClose(relative(walk(fixture)), relative(fixture.rates), 1e-8, 'rates');
  });

  it('tries every schedule', () => {
    const types: Record<ScheduleOptions['type'], true> = {
      constant: true,
      cosine: true,
      cosineRestarts: true,
      exponential: true,
      linear: true,
      multiStep: true,
      oneCycle: true,
      polynomial: true,
      reduceOnPlateau: true,
      step: true,
    };
    expect([...new Set(cases.map(({ options }) => options.type))].sort()).toEqual(Object.keys(types).sort());
  });
});

describe('schedules at their limits', () => {
  const course: Course = { learningRate: 1, totalSteps: 10, stepsPerEpoch: 5, isHigherBetter: false };

  it('begins at the top of one cycle where rising takes a single step, at which PyTorch divides by 0', () => {
    const options = {
      type: 'oneCycle',
      rise: 0.1,
      startDivisor: 25,
      endDivisor: 10,
      shape: 'linear',
    } as const;
    const { rate } = createSchedule(options, course);
    expect(rate(1)).toBe(1);
    expect(rate(10)).toBeCloseTo(1 / 250, 12);
  });

  it('stays on a plateau while there is nothing to judge by', () => {
    const schedule = createSchedule(
      { type: 'reduceOnPlateau', factor: 0.1, patience: 0, minDelta: 0, cooldown: 0, minimum: 0 },
      course,
    );
    for (let epoch = 0; epoch < 5; epoch++) schedule.endEpoch(null);
    expect(schedule.rate(1)).toBe(1);
  });
});
