import type { IdleRule } from '../nn/optimizers';

/** Below this share of its first size, an idle step no longer changes a float32. */
const NEGLIGIBLE = 1e-10;

/**
 * How far a row moves over any stretch of idle steps, kept for every step it may have begun at.
 * With P_t the product of `keep` up to step t, the row goes from p at step s to
 * P_t / P_s p - P_t M_s u at step t, where M_s = sum over i in (s, t] of weight_i decay^(i-s) / P_i.
 */
export class IdleSteps {
  /** Steps recorded so far. */
  steps = 0;
  private moved = new Float64Array(1024);
  private kept = new Float64Array(1024).fill(1);
  private readonly horizon: number;

  constructor(private readonly rule: IdleRule) {
    this.horizon = rule.decay > 0 ? Math.ceil(Math.log(NEGLIGIBLE) / Math.log(rule.decay)) : 0;
  }

  /** Adds the step `step` to all stretches that began before it. */
  record(step: number, learningRate: number): void {
    if (step >= this.moved.length) this.grow();
    this.kept[step] = this.kept[step - 1]! * this.rule.keep(learningRate);
    const weight = this.rule.stepWeight(step, learningRate) / this.kept[step]!;
    let share = this.rule.decay;
    for (let start = step - 1; start >= 0 && step - start <= this.horizon; start--) {
      this.moved[start] = this.moved[start]! + weight * share;
      share *= this.rule.decay;
    }
    this.steps = step;
  }

  /** What happened to a row last touched at step `from`, up to the last recorded step. */
  since(from: number): { from: number; steps: number; keep: number; moved: number } {
    const kept = this.kept[this.steps]!;
    return {
      from,
      steps: this.steps - from,
      keep: kept / this.kept[from]!,
      moved: this.moved[from]! * kept,
    };
  }

  private grow(): void {
    const larger = (old: Float64Array, rest: number) => {
      const array = new Float64Array(old.length * 2).fill(rest);
      array.set(old);
      return array;
    };
    this.moved = larger(this.moved, 0);
    this.kept = larger(this.kept, 1);
  }
}
