import { type MomentOptions, momentOptimizer } from './moments';
import type { Optimizer } from './optimizer';

export interface NadamOptions extends MomentOptions {
  readonly type: 'nadam';
  readonly momentumDecay: number;
}

/**
 * torch.optim.NAdam (Dozat 2016), with mu(t) = b1 (1 - 0.96^(t psi) / 2) and M(t) the product of mu up to t:
 * p - lr ((1 - mu(t)) / (1 - M(t)) g + mu(t + 1) / (1 - M(t + 1)) m) / (sqrt(v / (1 - b2^t)) + eps),
 * with numerator and denominator multiplied by sqrt(1 - b2^t), as for Adam.
 */
export function nadam(options: NadamOptions): Optimizer {
  const { beta1, beta2, epsilon, momentumDecay } = options;
  const rootCorrection = (step: number) => Math.sqrt(1 - beta2 ** step);
  const mu = (step: number) => beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
  const products = [1];
  const product = (step: number) => {
    for (let t = products.length; t <= step; t++) products.push(products[t - 1]! * mu(t));
    return products[step]!;
  };
  return momentOptimizer(options, {
    stepSize: (step, learningRate) =>
      (learningRate * rootCorrection(step) * mu(step + 1)) / (1 - product(step + 1)),
    gradientStep: (step, learningRate) =>
      (learningRate * rootCorrection(step) * (1 - mu(step))) / (1 - product(step)),
    epsilon: (step) => epsilon * rootCorrection(step),
  });
}
