import type { Features } from './features';
import type { SparseMatrix } from './sparse';

/** A linear classifier over features. */
export class FeatureModel {
  readonly outputs: number;

  /**
   * @param weights `[columns, outputs]`
   * @param bias `[outputs]`
   */
  constructor(
    readonly features: Features,
    readonly weights: Float32Array,
    readonly bias: Float32Array,
  ) {
    this.outputs = bias.length;
  }

  /** `[rows, outputs]` */
  logits({ rows, starts, indices, values }: SparseMatrix): Float32Array {
    const { outputs, weights, bias } = this;
    const logits = new Float32Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let output = 0; output < outputs; output++) {
        let logit = bias[output]!;
        for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
          logit += values[entry]! * weights[indices[entry]! * outputs + output]!;
        }
        logits[row * outputs + output] = logit;
      }
    }
    return logits;
  }

  /** The logits `[texts, outputs]` of texts. */
  classify(texts: readonly string[]): Float32Array {
    const rows = this.features.rows();
    for (const text of texts) rows.add(text);
    return this.logits(rows.matrix());
  }
}
