import { describe, expect, it } from 'vitest';
import { metricNames } from '../../src/protocol/metrics';
import { Monitor } from '../../src/trainer/monitor';
import { epochMetricsOf } from '../support/sample-metrics';

const options = { monitor: 'validation.loss', patience: 2, minDelta: 0, restoreBest: true } as const;

/** Feeds losses epoch by epoch; says which were the best so far and after which epoch to stop. */
function watch(
  losses: readonly (number | null)[],
  changes: Partial<typeof options> | { minDelta: number } | null = {},
) {
  const monitor = new Monitor(changes && { ...options, ...changes });
  const best: number[] = [];
  for (const [i, loss] of losses.entries()) {
    if (monitor.record(i + 1, epochMetricsOf({ loss }))) best.push(i + 1);
    if (monitor.shouldStop) return { best, stop: i + 1 };
  }
  return { best, stop: undefined };
}

describe('the monitor', () => {
  it.each([
    { what: 'falling losses', losses: [3, 2, 1], expected: { best: [1, 2, 3], stop: undefined } },
    {
      what: 'two epochs without a lower one',
      losses: [3, 2, 2, 2.5, 1],
      expected: { best: [1, 2], stop: 4 },
    },
    { what: 'a lower one in time', losses: [3, 4, 2, 3, 3], expected: { best: [1, 3], stop: 5 } },
    {
      what: 'nothing to judge by',
      losses: [null, null, null],
      expected: { best: [1, 2, 3], stop: undefined },
    },
    { what: 'a loss that got lost', losses: [3, null, 2], expected: { best: [1, 3], stop: undefined } },
  ])('$what', ({ losses, expected }) => {
    expect(watch(losses)).toEqual(expected);
  });

  it('counts small gains together against minDelta', () => {
    // 0.6 an epoch is less than 1, but two of them are more.
    expect(watch([10, 9.4, 8.8, 8.2, 7.6], { minDelta: 1 })).toEqual({
      best: [1, 2, 3, 4, 5],
      stop: undefined,
    });
    expect(watch([10, 9.9, 9.8, 9.7], { minDelta: 1 })).toEqual({ best: [1, 2, 3], stop: 3 });
  });

  it('without early stopping, goes on', () => {
    expect(watch([1, 2, 3, 4, 5, 6], null)).toEqual({ best: [1], stop: undefined });
  });

  it('prefers high accuracy', () => {
    const monitor = new Monitor({ ...options, monitor: 'validation.accuracy' });
    const record = (epoch: number, accuracy: number) =>
      monitor.record(epoch, epochMetricsOf({ loss: 1, accuracy }));
    expect([record(1, 0.5), record(2, 0.7), record(3, 0.6)]).toEqual([true, true, false]);
    expect(monitor.best).toEqual({ epoch: 2, value: 0.7 });
  });

  it.each(metricNames)('watches %s, and prefers its better side', (name) => {
    const monitor = new Monitor({ ...options, monitor: `validation.${name}` });
    const record = (epoch: number, value: number) => monitor.record(epoch, epochMetricsOf({ [name]: value }));
    const isError = /loss|brier|error/i.test(name);
    expect([record(1, 0.5), record(2, 0.7), record(3, 0.3)]).toEqual([true, !isError, isError]);
    expect(monitor.best?.value).toBe(isError ? 0.3 : 0.7);
  });
});
