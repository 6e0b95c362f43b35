import { type MetricName, metricNames, metricTitles } from '../../protocol/metrics';
import { harmless } from './harmless';
import { loss, percent, score } from './numbers';

/** Metrics that are no shares. */
const formats: Partial<Record<MetricName, (value: number | null) => string>> = {
  ...{ loss, logLoss: loss, brier: loss },
  ...{ matthews: score, rocAuc: score, prAuc: score },
};

/** A metric's value as people write it: a share in percent, others as they are. */
export function metricText(name: MetricName, value: number | null): string {
  return (formats[name] ?? percent)(value);
}

/** The same for a metric as a record names it, `validation.accuracy`; other versions may know more of them. */
export function monitoredText(monitor: string, value: number | null): string {
  const name = metricNames.find((known) => monitor === `validation.${known}`);
  return name ? metricText(name, value) : score(value);
}

/** `validation accuracy` for `validation.accuracy`. */
export function monitoredTitle(monitor: string): string {
  const name = metricNames.find((known) => monitor === `validation.${known}`);
  return name ? `validation ${metricTitles[name]}` : harmless(monitor);
}
