export type LossForm = 'sigmoid' | 'softmax';

interface Losses {
  /** Of all rows, weighted, divided by `total`. */
  readonly loss: number;
  /** Its gradient with respect to the logits, `[outputs, rows]`. */
  readonly residuals: Float64Array;
}

/**
 * The losses of logits `[outputs, rows]`.
 *
 * @param targets `[outputs, rows]`: 1 where the row is of the output's class
 * @param weights `[outputs, rows]`: how much each counts; without it 1
 */
type PointwiseLoss = (
  logits: Float64Array,
  targets: Uint8Array,
  outputs: number,
  weights: Float64Array | undefined,
  total: number,
) => Losses;

export const pointwiseLosses: { readonly [Form in LossForm]: PointwiseLoss } = {
  /** ln(1 + exp(z)) - y z for each logit. */
  sigmoid(logits, targets, _outputs, weights, total) {
    const residuals = new Float64Array(logits.length);
    let loss = 0;
    for (let i = 0; i < logits.length; i++) {
      const logit = logits[i]!;
      const share = (weights ? weights[i]! : 1) / total;
      // exp never overflows; of 1 - sigmoid(z) no digits are lost.
      const power = Math.exp(-Math.abs(logit));
      const probability = (logit > 0 ? 1 : power) / (1 + power);
      loss += share * (Math.max(logit, 0) + Math.log1p(power) - targets[i]! * logit);
      residuals[i] = share * (probability - targets[i]!);
    }
    return { loss, residuals };
  },

  /** ln(sum of exp(z)) - z of the row's class. */
  softmax(logits, targets, outputs, weights, total) {
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
        if (targets[i]) loss -= share * logits[i]!;
        residuals[i] = share * (residuals[i]! / powers - targets[i]!);
      }
    }
    return { loss, residuals };
  },
};
