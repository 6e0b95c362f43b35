import type { ClassScores, Evaluation, Split } from '../protocol/events';

export interface EvaluatedRows {
  split: Split;
  /** The classes' names; truth and prediction are indices into them. */
  labels: string[];
  /** [rows] */
  truth: ArrayLike<number>;
  /** [rows] */
  predicted: ArrayLike<number>;
  /** Mean loss over the rows; null or not finite where it could not be computed. */
  loss: number | null;
}

/**
 * Accuracy, the scores of each class, and the confusion matrix. The definitions are
 * scikit-learn's `precision_recall_fscore_support` with `zero_division=0` and all labels
 * given: macro F1 is the plain mean over every class, also one that occurs nowhere.
 * Without rows every score is 0.
 */
export function evaluationOf({ split, labels, truth, predicted, loss }: EvaluatedRows): Evaluation {
  const confusion = confusionMatrix(labels.length, truth, predicted);
  const predictedCounts = labels.map((_, index) => sum(confusion.map((row) => row[index]!)));
  const classes = labels.map((label, index): ClassScores => {
    const hits = confusion[index]![index]!;
    const support = sum(confusion[index]!);
    const assigned = predictedCounts[index]!;
    return {
      label,
      precision: ratio(hits, assigned),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + assigned),
      support,
    };
  });
  return {
    split,
    rows: truth.length,
    loss: loss !== null && Number.isFinite(loss) ? loss : null,
    accuracy: ratio(sum(confusion.map((row, index) => row[index]!)), truth.length),
    macroF1: ratio(sum(classes.map(({ f1 }) => f1)), classes.length),
    classes,
    confusion,
  };
}

/** [classes, classes]: how many rows of each truth (first) got each prediction (second). */
function confusionMatrix(classes: number, truth: ArrayLike<number>, predicted: ArrayLike<number>) {
  if (truth.length !== predicted.length) {
    throw new Error(`${predicted.length} predictions for ${truth.length} rows.`);
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < truth.length; row++) {
    const counts = confusion[truth[row]!];
    const prediction = predicted[row]!;
    if (counts?.[prediction] === undefined) {
      throw new Error(`Row ${row}: class ${truth[row]} or ${prediction} is not among ${classes} classes.`);
    }
    counts[prediction]!++;
  }
  return confusion;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** 0 where there is nothing to divide by. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
