import type { EpochMetrics, Evaluation } from '../../src/protocol/events';
import { definedMetrics, metricNames } from '../../src/protocol/metrics';

/** An epoch's metrics, nothing but those given. */
export function epochMetricsOf(given: Partial<EpochMetrics> = {}): EpochMetrics {
  return { ...(Object.fromEntries(metricNames.map((name) => [name, null])) as EpochMetrics), ...given };
}

/** An evaluation of which little but what is given is said. */
export function evaluationWith(given: Partial<Evaluation>): Evaluation {
  const zeros = Object.fromEntries(definedMetrics.map((name) => [name, 0]));
  return {
    split: 'test',
    task: 'single-label',
    rows: 0,
    classes: [],
    confusion: [],
    reliability: [],
    ...epochMetricsOf(),
    ...zeros,
    ...given,
  } as Evaluation;
}
