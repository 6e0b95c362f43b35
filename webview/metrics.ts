import { type MetricName, metricOf, metricTitles } from '../src/protocol/metrics';
import { decimal, loss, percent } from './format';

interface MetricLook {
  write: (value: number | null | undefined) => string;
  /** Whether it is written in percent. */
  isShare: boolean;
  /** Where it may lie. */
  low: number;
  high: number;
}

const share: MetricLook = { write: (value) => percent(value), isShare: true, low: 0, high: 1 };
const score: MetricLook = { write: decimal, isShare: false, low: 0, high: 1 };
const unbounded: MetricLook = { write: loss, isShare: false, low: 0, high: Number.POSITIVE_INFINITY };

/** How each metric is written. */
export const metricLooks: Readonly<Record<MetricName, MetricLook>> = {
  loss: unbounded,
  accuracy: share,
  balancedAccuracy: share,
  macroPrecision: share,
  macroRecall: share,
  macroF1: share,
  microPrecision: share,
  microRecall: share,
  microF1: share,
  weightedPrecision: share,
  weightedRecall: share,
  weightedF1: share,
  rocAuc: score,
  prAuc: score,
  logLoss: unbounded,
  brier: { ...score, high: 2 },
  calibrationError: share,
  matthews: { ...score, low: -1 },
  hammingLoss: share,
};

/** `validation.macroF1` as words: `validation macro F1`. */
export function monitorTitle(monitor: string): string {
  return isMonitor(monitor) ? `validation ${metricTitles[metricOf(monitor)]}` : monitor;
}

/** The value of a metric that is named as `validation.macroF1`. */
export function monitorValue(monitor: string, value: number | null | undefined): string {
  return isMonitor(monitor) ? metricLooks[metricOf(monitor)].write(value) : decimal(value);
}

function isMonitor(name: string): name is `validation.${MetricName}` {
  return name.startsWith('validation.') && Object.hasOwn(metricLooks, name.slice('validation.'.length));
}

/** `Macro F1`, to begin a line with. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
