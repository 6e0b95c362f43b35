export type LossForm = 'sigmoid' | 'softmax';

/** What logits `[outputs, rows]` are compared with. */
export interface Targets {
  /** `sigmoid`: each output is a logit of its own; `softmax`: the outputs compete. */
  readonly form: LossForm;
  readonly outputs: number;
  /** `[outputs, rows]`: 1 where the row is of the output's class, else 0. */
  readonly truth: Uint8Array;
  /** `[outputs, rows]`: how much each counts; without it 1. For `softmax` the same for all outputs. */
  readonly weights?: Float64Array | undefined;
  /** What the sum of the losses is divided by. */
  readonly total: number;
}

interface Losses {
  /** The sum over rows and outputs, divided by the targets' `total`. */
  readonly loss: number;
  /** Its gradient with respect to the logits, `[outputs, rows]`. */
  readonly residuals: Float64Array;
}

export function pointwiseLosses(logits: Float64Array, targets: Targets): Losses {
  return losses[targets.form](logits, targets);
}

/** The mean loss of logits `[rows, outputs]`: of the rows, with `sigmoid` of the rows and outputs. */
export function meanLoss(logits: Float32Array, targets: Targets): number {
  const { form, outputs } = targets;
  const rows = logits.length / outputs;
  const transposed = Float64Array.from(
    logits,
    (_, i) => logits[(i % rows) * outputs + Math.floor(i / rows)]!,
  );
  const { loss } = pointwiseLosses(transposed, targets);
  return form === 'sigmoid' ? loss / outputs : loss;
}

const losses: { readonly [Form in LossForm]: (logits: Float64Array, targets: Targets) => Losses } = {
  /** ln(1 + exp(z)) - y z for each logit. */
  sigmoid(logits, { truth, weights, total }) {
    const residuals = new Float64Array(logits.length);
    let loss = 0;
    for (let i = 0; i < logits.length; i++) {
      const logit = logits[i]!;
      const share = (weights ? weights[i]! : 1) / total;
      // exp never overflows, and the smaller of the two probabilities keeps its digits.
      const power = Math.exp(-Math.abs(logit));
      const probability = (logit > 0 ? 1 : power) / (1 + power);
      loss += share * (Math.max(logit, 0) + Math.log1p(power) - truth[i]! * logit);
      residuals[i] = share * (probability - truth[i]!);
    }
    return { loss, residuals };
  },

  /** ln(sum of exp(z)) - z of the row's class. */
  softmax(logits, { outputs, truth, weights, total }) {
    const residuals = new Float64Array(logits.length);
    const rows = logits.length / outputs;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const share = (weights ? weights[row]! : 1) / total;
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = row; i < logits.length; i += rows) largest = Math.max(largest, logits[i]!);
      let powers = 0;
      for (let i = row; i < logits.length; i += rows) {
        residuals[i] = Math.exp(logits[i]! - largest);
        powers += residuals[i]!;
      }
      loss += share * (largest + Math.log(powers));
      for (let i = row; i < logits.length; i += rows) {
        if (truth[i]) loss -= share * logits[i]!;
        residuals[i] = share * (residuals[i]! / powers - truth[i]!);
      }
    }
    return { loss, residuals };
  },
};

/**
 * The share of the rows that get their class: the output of the largest logit, or with `sigmoid` each output whose
 * logit is above 0.
 */
export function accuracyOf(logits: Float64Array, { form, outputs, truth }: Targets): number {
  const rows = logits.length / outputs;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    let threshold = 0;
    if (form === 'softmax') {
      threshold = Number.NEGATIVE_INFINITY;
      for (let i = row; i < logits.length; i += rows) threshold = Math.max(threshold, logits[i]!);
    }
    const isGiven = (i: number) => (form === 'softmax' ? logits[i]! >= threshold : logits[i]! > 0);
    let fits = 1;
    for (let i = row; i < logits.length; i += rows) if (Number(isGiven(i)) !== truth[i]) fits = 0;
    right += fits;
  }
  return right / rows;
}

/**
 * The targets of rows with these classes. A single-label task of two classes has one logit, for the second class.
 *
 * @param labels the numbers of each row's classes
 * @param classWeights how much each class counts: all of a row that has it, or in a multi-label task the label where
 *   it is true
 */
export function targetsOf(
  labels: readonly (readonly number[])[],
  task: 'single-label' | 'multi-label',
  classes: number,
  classWeights: ArrayLike<number> | undefined,
): Targets {
  const rows = labels.length;
  const single = task === 'single-label';
  const outputs = single && classes === 2 ? 1 : classes;
  const truth = new Uint8Array(outputs * rows);
  const weights = classWeights && new Float64Array(outputs * rows).fill(1);
  labels.forEach((own, row) => {
    for (const label of own) {
      const output = outputs === 1 ? 0 : label;
      if (outputs > 1 || label === 1) truth[output * rows + row] = 1;
      if (weights && !single) weights[output * rows + row] = classWeights[label]!;
    }
    if (weights && single) {
      for (let output = 0; output < outputs; output++) weights[output * rows + row] = classWeights[own[0]!]!;
    }
  });
  const total = weights && single ? weights.subarray(0, rows).reduce((sum, weight) => sum + weight, 0) : rows;
  return { form: single && classes > 2 ? 'softmax' : 'sigmoid', outputs, truth, weights, total };
}
