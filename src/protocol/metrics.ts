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

/** What can be watched from epoch to epoch, and decide between runs: each metric on the validation rows. */
export const monitorNames = metricNames.map((name) => `validation.${name}` as const);

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

/** What each says, in a line. */
export const metricMeanings: Readonly<Record<MetricName, string>> = {
  loss: 'What training makes small; notices overfitting first.',
  accuracy:
    'The share of rows that are classified rightly; with several labels, those with every label right.',
  balancedAccuracy:
    'The mean share of rightly classified rows by class: small classes count as much as large ones.',
  macroPrecision: 'Of the rows given a class, the share that truly has it; the mean over the classes.',
  macroRecall: 'Of the rows that have a class, the share that is given it; the mean over the classes.',
  macroF1: 'The mean of the F1 scores of all classes: small classes count as much as large ones.',
  microPrecision: 'Of all classes given, the share that is right, whatever the class.',
  microRecall: 'Of all true classes, the share that is given, whatever the class.',
  microF1: 'F1 over all decisions together: large classes count more.',
  weightedPrecision: 'The mean of the precision of all classes, each weighing as many rows as it has.',
  weightedRecall: 'The mean of the recall of all classes, each weighing as many rows as it has.',
  weightedF1: 'The mean of the F1 scores of all classes, each weighing as many rows as it has.',
  rocAuc:
    'How often a row of a class is ranked above a row without it: 0.5 is chance. It depends on no threshold.',
  prAuc:
    'The average precision over all thresholds, 1 at best: what counts where a class is rare. Chance gets its share of rows.',
  logLoss:
    'How surprised the probabilities are by the truth; one confident mistake costs much. 0 is perfect.',
  brier: 'The mean squared distance of the probabilities from the truth. 0 is perfect.',
  calibrationError:
    'How far the probabilities are from the shares of rows that turn out right, over ten groups of rows. 0 is perfect.',
  matthews: 'The correlation of prediction and truth: 0 is chance, also where one class is rare.',
  hammingLoss: 'The share of single decisions, a row and a label, that are wrong.',
};
