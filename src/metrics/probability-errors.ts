import type { Evaluation } from '../protocol/events';
import type { Outcomes } from './outcomes';

/** The smallest step of 32-bit floats at 1, scikit-learn's bound for such probabilities. */
const epsilon = 2 ** -23;

/**
 * Mean of minus the natural logarithm of what was the case, as scikit-learn's `log_loss` of 32-bit floats: no
 * probability counts as 0. In a multi-label task the mean over all labels of all rows.
 */
export function logLoss({ task, truth, probabilities, rows }: Outcomes): number | null {
  if (rows === 0) return null;
  let [sum, terms] = [0, 0];
  for (let cell = 0; cell < truth.length; cell++) {
    if (task === 'single-label' && truth[cell] === 0) continue;
    const share = Math.min(Math.max(probabilities[cell]!, epsilon), 1 - epsilon);
    sum -= Math.log(truth[cell] === 1 ? share : 1 - share);
    terms++;
  }
  return finite(sum / terms);
}

/**
 * The Brier score as scikit-learn's `brier_score_loss`: for two classes the mean squared error of the second one's
 * probability (0 to 1), for more the sum over the classes (0 to 2). In a multi-label task the mean over all labels
 * of all rows.
 */
export function brierScore({ task, truth, probabilities, rows, classes }: Outcomes): number | null {
  if (rows === 0) return null;
  let sum = 0;
  for (let cell = 0; cell < truth.length; cell++) sum += (probabilities[cell]! - truth[cell]!) ** 2;
  const perRow = task === 'multi-label' ? classes : classes === 2 ? 2 : 1;
  return finite(sum / (rows * perRow));
}

const bins = 10;

/**
 * Decisions by how sure the model was of them, in ten equal parts from 0 to 1; zeros where there are none. A row
 * of a single-label task is one decision, as sure as its class is probable; one of a multi-label task is as many
 * as there are labels, as sure as it is probable that the label is given, or not.
 */
export function reliabilityOf({ task, truth, given, probabilities }: Outcomes): Evaluation['reliability'] {
  const sums = Array.from({ length: bins }, () => ({ rows: 0, confidence: 0, right: 0 }));
  for (let cell = 0; cell < truth.length; cell++) {
    if (task === 'single-label' && given[cell] === 0) continue;
    const share = probabilities[cell]!;
    const confidence = given[cell] === 1 ? share : 1 - share;
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))];
    // A probability that is not a number is in none of them.
    if (!bin) continue;
    bin.rows++;
    bin.confidence += confidence;
    if (truth[cell] === given[cell]) bin.right++;
  }
  return sums.map(({ rows, confidence, right }) =>
    rows === 0
      ? { rows, confidence: 0, accuracy: 0 }
      : { rows, confidence: confidence / rows, accuracy: right / rows },
  );
}

/** How far confidence and accuracy are apart, weighted by the parts' decisions (Guo et al. 2017). */
export function calibrationError(reliability: Evaluation['reliability']): number | null {
  const total = reliability.reduce((sum, { rows }) => sum + rows, 0);
  if (total === 0) return null;
  const gaps = reliability.map(({ rows, confidence, accuracy }) => rows * Math.abs(accuracy - confidence));
  return gaps.reduce((sum, gap) => sum + gap, 0) / total;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
