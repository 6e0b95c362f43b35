import { type MetricName, metricOf, metricTitles } from '../src/protocol/metrics';
import { decimal, loss, percent } from './format';

interface MetricLook {
  write: (value: number | null | undefined) => string;
  /** Whether it is written in percent. */
  isShare: boolean;
  /** Where it may lie. */
  low: number;
  high: number;
  /** What it says, in a sentence or two. */
  help: string;
}

const share = (help: string): MetricLook => ({
  write: (value) => percent(value),
  isShare: true,
  low: 0,
  high: 1,
  help,
});
const score = (help: string, low = 0, high = 1): MetricLook => ({
  write: decimal,
  isShare: false,
  low,
  high,
  help,
});
const unbounded = (help: string): MetricLook => ({
  write: loss,
  isShare: false,
  low: 0,
  high: Number.POSITIVE_INFINITY,
  help,
});

const averages = {
  macro: 'the mean over the classes, each counting the same',
  micro: 'over all decisions together, so that frequent classes count more',
  weighted: 'the mean over the classes, each counting as often as it occurs',
};
const precision = 'Of the rows that were given a class, the share that truly has it';
const recall = 'Of the rows that truly have a class, the share that was given it';
const f1 = 'The harmonic mean of precision and recall';

/** How each metric is written, and what it says. */
export const metricLooks: Readonly<Record<MetricName, MetricLook>> = {
  loss: unbounded('What training makes smaller: with its class weights, smoothing and form of loss.'),
  accuracy: share('The share of rows that are right; with several labels a row, all of them must be.'),
  balancedAccuracy: share('The mean of the recalls: frequent classes count no more than rare ones.'),
  macroPrecision: share(`${precision}: ${averages.macro}.`),
  macroRecall: share(`${recall}: ${averages.macro}.`),
  macroF1: share(`${f1}: ${averages.macro}.`),
  microPrecision: share(`${precision}: ${averages.micro}.`),
  microRecall: share(`${recall}: ${averages.micro}.`),
  microF1: share(`${f1}: ${averages.micro}.`),
  weightedPrecision: share(`${precision}: ${averages.weighted}.`),
  weightedRecall: share(`${recall}: ${averages.weighted}.`),
  weightedF1: share(`${f1}: ${averages.weighted}.`),
  rocAuc: score(
    'How often a row of a class gets a higher probability for it than a row of another: 1 always, 0.5 by chance.',
  ),
  prAuc: score(
    'The area under precision by recall (average precision): 1 is perfect, chance gets the share of the class.',
  ),
  logLoss: unbounded("Minus the logarithm of the true class's probability, on average. 0 is perfect."),
  brier: score('The mean squared distance of the probabilities from the truth. 0 is perfect.', 0, 2),
  calibrationError: share(
    'How far probabilities are from how often they come true, on average over ten groups of rows. 0 is perfect.',
  ),
  matthews: score(
    'The correlation of prediction and truth: 1 perfect, 0 by chance; it holds for uneven classes too.',
    -1,
  ),
  hammingLoss: share('The share of single decisions, one a label and row, that are wrong. 0 is perfect.'),
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
