/** The metrics of an evaluation: the one list that options, tables and charts follow. */

export const metricNames = [
  'loss',
  'accuracy',
  'balancedAccuracy',
  'macroPrecision',
  'macroRecall',
  'macroF1',
  'microPrecision',
  'microRecall',
  'microF1',
  'weightedPrecision',
  'weightedRecall',
  'weightedF1',
  'rocAuc',
  'prAuc',
  'logLoss',
  'brier',
  'calibrationError',
  'matthews',
  'hammingLoss',
] as const;

export type MetricName = (typeof metricNames)[number];

/** The metrics that every set of rows has (0 for an empty one); the others may be null. */
export const definedMetrics = [
  'accuracy',
  'macroPrecision',
  'macroRecall',
  'macroF1',
  'microPrecision',
  'microRecall',
  'microF1',
  'weightedPrecision',
  'weightedRecall',
  'weightedF1',
  'matthews',
  'hammingLoss',
] as const satisfies readonly MetricName[];

/** Over a set of rows; shares between 0 and 1. */
export type Metrics = Record<(typeof definedMetrics)[number], number> &
  Record<Exclude<MetricName, (typeof definedMetrics)[number]>, number | null>;

/** Metrics of which the smaller is the better one. */
const errors: ReadonlySet<MetricName> = new Set([
  'loss',
  'logLoss',
  'brier',
  'calibrationError',
  'hammingLoss',
]);

/** Whether a higher value is the better one. */
export function isHigherBetter(name: MetricName): boolean {
  return !errors.has(name);
}

/** `validation.macroF1` is of the metric `macroF1`. */
export function metricOf(monitor: `validation.${MetricName}`): MetricName {
  return monitor.slice('validation.'.length) as MetricName;
}

/** What people call them. */
export const metricTitles: Readonly<Record<MetricName, string>> = {
  loss: 'loss',
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  macroPrecision: 'macro precision',
  macroRecall: 'macro recall',
  macroF1: 'macro F1',
  microPrecision: 'micro precision',
  microRecall: 'micro recall',
  microF1: 'micro F1',
  weightedPrecision: 'weighted precision',
  weightedRecall: 'weighted recall',
  weightedF1: 'weighted F1',
  rocAuc: 'ROC AUC',
  prAuc: 'PR AUC',
  logLoss: 'log loss',
  brier: 'Brier score',
  calibrationError: 'calibration error',
  matthews: 'Matthews correlation',
  hammingLoss: 'Hamming loss',
};
