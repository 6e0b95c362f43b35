/**
 * The two halves of limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", 2nd edition): the direction from
 * the last steps, algorithm 7.4, and how far to go there.
 */

/** The inner product that steps and gradients are measured with. */
export type Dot = (u: Float64Array, v: Float64Array) => number;

interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step . change) */
  inverse: number;
}

/** Remembers the last steps, and how they changed the gradient. */
export class LbfgsHistory {
  private readonly pairs: Pair[] = [];

  constructor(
    private readonly dot: Dot,
    private readonly size: number,
  ) {}

  /** Takes in a step and the change of the gradient along it; one along which the gradient fell tells nothing. */
  add(step: Float64Array, change: Float64Array): void {
    const curvature = this.dot(step, change);
    if (!(curvature > 0)) return;
    this.pairs.push({ step, change, inverse: 1 / curvature });
    if (this.pairs.length > this.size) this.pairs.shift();
  }

  /** Minus the approximate inverse Hessian times the gradient; minus the gradient itself as long as nothing is known. */
  direction(gradient: Float64Array): Float64Array {
    const { pairs, dot } = this;
    const result = gradient.map((value) => -value);
    const shares = new Float64Array(pairs.length);
    for (let i = pairs.length - 1; i >= 0; i--) {
      const { step, change, inverse } = pairs[i]!;
      shares[i] = inverse * dot(step, result);
      addScaled(result, -shares[i]!, change);
    }
    const last = pairs.at(-1);
    if (last) scale(result, 1 / (last.inverse * dot(last.change, last.change)));
    pairs.forEach(({ step, change, inverse }, i) => {
      addScaled(result, shares[i]! - inverse * dot(change, result), step);
    });
    return result;
  }
}

/** A function's value and slope at a point of a line. */
export interface LinePoint {
  readonly value: number;
  readonly slope: number;
}

const sufficientDecrease = 1e-4;
const flatEnough = 0.9;
const mostTrials = 50;

/**
 * How far to go along a line on which a convex function falls at first: to a point that meets the strong Wolfe
 * conditions, found by doubling and halving. undefined where rounding leaves nothing to gain.
 */
export function lineSearch(
  at: (step: number) => LinePoint,
  start: LinePoint,
  first: number,
): number | undefined {
  let [low, high, step] = [0, Number.POSITIVE_INFINITY, first];
  for (let trial = 0; trial < mostTrials; trial++) {
    const { value, slope } = at(step);
    const tooHigh = !(value <= start.value + sufficientDecrease * step * start.slope);
    if (tooHigh || slope > -flatEnough * start.slope) high = step;
    else if (slope < flatEnough * start.slope) low = step;
    else return step;
    step = high === Number.POSITIVE_INFINITY ? 2 * step : (low + high) / 2;
  }
  return undefined;
}

/** `target += factor * values` */
export function addScaled(target: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * values[i]!;
}

function scale(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! *= factor;
}
