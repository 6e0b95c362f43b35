import type { NewRunEvent, Split } from '../protocol/events';
import { type MetricName, metricNames } from '../protocol/metrics';

/** The metrics of one run; null or absent where they could not be computed. */
export type Scores = Partial<Record<Split, Partial<Record<MetricName, number | null>>>>;

type Summary = Extract<NewRunEvent, { type: 'summary' }>['metrics'];

/** The mean and the sample standard deviation of each metric, over the runs that have it. */
export function summarize(runs: readonly Scores[]): Summary {
  return (['validation', 'test'] as const).flatMap((split) =>
    metricNames.flatMap((name) => {
      const values = runs.flatMap((scores) => scores[split]?.[name] ?? []);
      return values.length === 0 ? [] : [{ split, name, ...spread(values), runs: values.length }];
    }),
  );
}

/** The deviation is that of a sample, over n - 1; of a single value it is 0. */
export function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}
