import type { IdleRule, IdleStretch } from '../nn/optimizers/optimizer';

/** Below this share of its first size, an idle step no longer changes a float32. */
const NEGLIGIBLE = 1e-10;

/**
 * How far a row moves over any stretch of idle steps, kept for every step it may have begun at:
 * from p at step s to keep p - moved u at step t, where keep is the product of the steps' `keep`
 * and moved the sum of weight_i decay^(i-s) over i in (s, t], each times the `keep` of the steps
 * after i. A stretch's sum is complete once its steps are negligible; from then on it only shrinks.
 */
export class IdleSteps {
  /** Steps recorded so far. */
  steps = 0;
  private moved = new Float64Array(1024);
  /** As `moved`, each step weighted with what epsilon amounted to in it. */
  private movedBesideEpsilon = new Float64Array(1024);
  /** Logarithms of the product of `keep` from the first step on: the product itself may vanish. */
  private logKept = new Float64Array(1024);
  private readonly horizon: number;

  constructor(private readonly rule: IdleRule) {
    this.horizon = rule.decay > 0 ? Math.ceil(Math.log(NEGLIGIBLE) / Math.log(rule.decay)) : 0;
  }

  /** Adds the step `step` to all stretches that began before it. */
  record(step: number, learningRate: number): void {
    if (step >= this.moved.length) this.grow();
    const { rule, moved, movedBesideEpsilon } = this;
    const keep = rule.keep(learningRate);
    this.logKept[step] = this.logKept[step - 1]! + Math.log(keep);
    let share = rule.stepWeight(step, learningRate) * rule.decay;
    let epsilon = rule.epsilon(step) * rule.epsilonGrowth;
    for (let start = step - 1; start >= 0 && step - start <= this.horizon; start--) {
      moved[start] = keep * moved[start]! + share;
      movedBesideEpsilon[start] = keep * movedBesideEpsilon[start]! + share * epsilon;
      share *= rule.decay;
      epsilon *= rule.epsilonGrowth;
    }
    this.steps = step;
  }

  /** What happened to a row last touched at step `from`, up to the last recorded step. */
  since(from: number): IdleStretch {
    const { rule, steps, logKept, moved } = this;
    const complete = Math.min(steps, from + this.horizon);
    return {
      steps: steps - from,
      keep: Math.exp(logKept[steps]! - logKept[from]!),
      moved: moved[from]! * Math.exp(logKept[steps]! - logKept[complete]!),
      // Where nothing moves it is of no meaning, but something is divided by it.
      epsilon: moved[from] === 0 ? 1 : this.movedBesideEpsilon[from]! / moved[from]!,
      shrink: rule.shrink(steps - from),
    };
  }

  private grow(): void {
    const larger = (old: Float64Array) => {
      const array = new Float64Array(old.length * 2);
      array.set(old);
      return array;
    };
    this.moved = larger(this.moved);
    this.movedBesideEpsilon = larger(this.movedBesideEpsilon);
    this.logKept = larger(this.logKept);
  }
}
