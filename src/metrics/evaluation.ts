import type { ClassScores, EpochMetrics, Evaluation } from '../protocol/events';
import { type Metrics, metricNames } from '../protocol/metrics';
import { type EvaluatedRows, type Outcomes, outcomesOf } from './outcomes';
import { brierScore, calibrationError, logLoss, reliabilityOf } from './probability-errors';
import { positivesOf, rankingOf } from './ranking';

/**
 * All metrics of a set of rows. The definitions are scikit-learn's with `zero_division=0` and all labels given:
 * macro F1 is the plain mean over every class, also one that occurs nowhere. ROC and PR AUC are of the second of
 * two classes; of more, and of a multi-label task, the mean over the classes that they are defined for. What
 * scikit-learn has for a single class a row only: balanced accuracy is the labels' mean in a multi-label task, and
 * Matthews' correlation is that of all labels of all rows.
 *
 * @throws Error where the rows, their classes and their probabilities do not fit each other
 */
export function evaluationOf(evaluated: EvaluatedRows): Evaluation {
  const { split, task, labels, loss, thresholds } = evaluated;
  const outcomes = outcomesOf(evaluated);
  const { rows } = outcomes;
  const counts = labels.map((_, index) => countsOf(outcomes, index));
  const thresholdOf = (index: number) =>
    task === 'multi-label' ? thresholds?.[index] : index === 1 ? thresholds?.[0] : undefined;
  const classes = counts.map((count, index): ClassScores => {
    const threshold = thresholdOf(index);
    return {
      label: labels[index]!,
      ...scoresOf(count),
      ...rankingOf(outcomes, index),
      ...(threshold === undefined ? {} : { threshold }),
      support: count.support,
    };
  });
  const reliability = reliabilityOf(outcomes);
  return {
    split,
    task,
    rows,
    loss: loss !== null && Number.isFinite(loss) ? loss : null,
    ...averages(classes, counts),
    ...agreement(outcomes, counts),
    ...rankingMean(task === 'single-label' && classes.length === 2 ? [classes[1]!] : classes),
    logLoss: logLoss(outcomes),
    brier: brierScore(outcomes),
    calibrationError: calibrationError(reliability),
    classes,
    confusion: task === 'single-label' ? confusionMatrix(outcomes) : [],
    reliability,
  };
}

/** What an epoch's event says of its validation rows. */
export function epochMetrics(evaluation: Evaluation): EpochMetrics {
  const entries = metricNames.map((name) => [name, evaluation.rows === 0 ? null : evaluation[name]]);
  return Object.fromEntries(entries) as EpochMetrics;
}

/** Of one class: how many rows have it, were given it, and both. */
interface Counts {
  support: number;
  given: number;
  hits: number;
}

function countsOf(outcomes: Outcomes, index: number): Counts {
  const { truth, given, classes } = outcomes;
  const counts = { support: positivesOf(outcomes, index), given: 0, hits: 0 };
  for (let cell = index; cell < given.length; cell += classes) {
    counts.given += given[cell]!;
    counts.hits += given[cell]! & truth[cell]!;
  }
  return counts;
}

function scoresOf({ support, given, hits }: Counts) {
  return {
    precision: ratio(hits, given),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, support + given),
  };
}

function averages(classes: readonly ClassScores[], counts: readonly Counts[]) {
  const micro = scoresOf(total(counts));
  const macro = (key: 'precision' | 'recall' | 'f1') => mean(classes.map((scores) => scores[key])) ?? 0;
  const support = sum(classes.map((scores) => scores.support));
  const weighted = (key: 'precision' | 'recall' | 'f1') =>
    ratio(sum(classes.map((scores) => scores[key] * scores.support)), support);
  return {
    macroPrecision: macro('precision'),
    macroRecall: macro('recall'),
    macroF1: macro('f1'),
    microPrecision: micro.precision,
    microRecall: micro.recall,
    microF1: micro.f1,
    weightedPrecision: weighted('precision'),
    weightedRecall: weighted('recall'),
    weightedF1: weighted('f1'),
  } satisfies Partial<Metrics>;
}

/** How far truth and decisions agree; a decision is a row's class, or each of its labels in a multi-label task. */
function agreement(outcomes: Outcomes, counts: readonly Counts[]) {
  const { task, rows, classes } = outcomes;
  const { support, given, hits } = total(counts);
  const cells = rows * classes;
  const single = task === 'single-label';
  const decisions = single ? rows : cells;
  const right = single ? hits : cells - support - given + 2 * hits;
  return {
    accuracy: single ? ratio(hits, rows) : ratio(exactRows(outcomes), rows),
    balancedAccuracy: single ? balancedAccuracy(counts) : mean(counts.flatMap(labelBalance(rows))),
    matthews: matthews(
      right,
      decisions,
      single
        ? counts
        : [
            { support, given },
            { support: cells - support, given: cells - given },
          ],
    ),
    hammingLoss: ratio(decisions - right, decisions),
  } satisfies Partial<Metrics>;
}

/** The mean recall of the classes that occur. */
function balancedAccuracy(counts: readonly Counts[]): number | null {
  return mean(counts.filter(({ support }) => support > 0).map(({ hits, support }) => hits / support));
}

/** The mean of a label's recall and of that of its absence, where both occur. */
function labelBalance(rows: number) {
  return ({ support, given, hits }: Counts): number[] => {
    const absent = rows - support;
    if (support === 0 || absent === 0) return [];
    return [(hits / support + (absent - given + hits) / absent) / 2];
  };
}

/** Gorodkin's correlation of several classes (R_K), which for two is Matthews' own. */
function matthews(right: number, decisions: number, classes: readonly Omit<Counts, 'hits'>[]): number {
  const product = (a: 'support' | 'given', b: 'support' | 'given') =>
    sum(classes.map((counts) => counts[a] * counts[b]));
  const covariance = (agreeing: number, a: 'support' | 'given', b: 'support' | 'given') =>
    agreeing * decisions - product(a, b);
  const variances = covariance(decisions, 'support', 'support') * covariance(decisions, 'given', 'given');
  return ratio(covariance(right, 'support', 'given'), Math.sqrt(variances));
}

function exactRows({ truth, given, rows, classes }: Outcomes): number {
  let exact = 0;
  for (let row = 0; row < rows; row++) {
    let cell = row * classes;
    const end = cell + classes;
    while (cell < end && truth[cell] === given[cell]) cell++;
    if (cell === end) exact++;
  }
  return exact;
}

function rankingMean(classes: readonly ClassScores[]) {
  const defined = classes.filter(({ rocAuc }) => rocAuc !== null);
  return {
    rocAuc: mean(defined.map(({ rocAuc }) => rocAuc!)),
    prAuc: mean(defined.map(({ prAuc }) => prAuc!)),
  };
}

/** [classes, classes]: how many rows of each truth (first) got each prediction (second). */
function confusionMatrix({ truth, given, rows, classes }: Outcomes): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    confusion[truth.indexOf(1, start) - start]![given.indexOf(1, start) - start]!++;
  }
  return confusion;
}

function total(counts: readonly Counts[]): Counts {
  const of = (key: keyof Counts) => sum(counts.map((count) => count[key]));
  return { support: of('support'), given: of('given'), hits: of('hits') };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

/** 0 where there is nothing to divide by. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
