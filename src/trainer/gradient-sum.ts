import type { Tensor } from '../runtime/executor';

/** Sums the dense parameters' gradients over several batches, where these make one step together. */
export class GradientSum {
  private readonly terms: readonly { readonly gradient: Float32Array; readonly sum: Float32Array }[];

  /** `gradients`: where each backward pass writes them. */
  constructor(gradients: Readonly<Record<string, Tensor>>) {
    this.terms = Object.values(gradients).map(({ data }) => ({
      gradient: data as Float32Array,
      sum: new Float32Array(data.length),
    }));
  }

  /** Adds what the last backward pass wrote. */
  add(): void {
    for (const { gradient, sum } of this.terms) {
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + gradient[i]!;
    }
  }

  /** Puts the sums in the gradients' place and starts anew; returns the sum of the squares of all. */
  finish(): number {
    let squares = 0;
    for (const { gradient, sum } of this.terms) {
      gradient.set(sum);
      // Not `for … of`, which takes several times as long over a typed array.
      for (let i = 0; i < sum.length; i++) squares += sum[i]! * sum[i]!;
      sum.fill(0);
    }
    return squares;
  }
}
