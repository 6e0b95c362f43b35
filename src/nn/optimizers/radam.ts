import { type MomentOptions, momentOptimizer } from './moments';
import type { Optimizer } from './optimizer';

export interface RadamOptions extends MomentOptions {
  readonly type: 'radam';
}

/** From this length of the approximated average on, the second moment is trusted. */
const TRUSTED_LENGTH = 5;

/** An epsilon beside which no root counts: what divides by it, after being multiplied by it, stays as it was. */
const ALL_EPSILON = 1e15;

/**
 * torch.optim.RAdam (Liu et al. 2020): p - lr / (1 - b1^t) m in the first steps, and once the second moment can be
 * trusted p - lr / (1 - b1^t) r(t) sqrt(1 - b2^t) m / (sqrt(v) + eps), r(t) being the rectification.
 */
export function radam(options: RadamOptions): Optimizer {
  const { beta1, beta2, epsilon } = options;
  /** The length of a simple average that v at this step is worth; `longest` in the end. */
  const longest = 2 / (1 - beta2) - 1;
  const length = (step: number) => longest - (2 * step * beta2 ** step) / (1 - beta2 ** step);
  const isTrusted = (step: number) => length(step) > TRUSTED_LENGTH;
  const rectification = (step: number) => {
    const now = length(step);
    return Math.sqrt(((now - 4) * (now - 2) * longest) / ((longest - 4) * (longest - 2) * now));
  };
  return momentOptimizer(options, {
    stepSize: (step, learningRate) =>
      (learningRate / (1 - beta1 ** step)) *
      (isTrusted(step) ? rectification(step) * Math.sqrt(1 - beta2 ** step) : ALL_EPSILON),
    epsilon: (step) => (isTrusted(step) ? epsilon : ALL_EPSILON),
    idleAfter: longest > TRUSTED_LENGTH ? lastStepBefore(isTrusted) : Number.POSITIVE_INFINITY,
  });
}

/** The number of steps at the start for which `holds` does not; it grows true once. */
function lastStepBefore(holds: (step: number) => boolean): number {
  let step = 0;
  while (!holds(step + 1)) step++;
  return step;
}
