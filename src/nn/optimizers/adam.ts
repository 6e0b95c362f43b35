import { type MomentOptions, momentOptimizer } from './moments';
import type { Optimizer } from './optimizer';

export interface AdamOptions extends MomentOptions {
  readonly type: 'adam';
}

export interface AdamWOptions extends MomentOptions {
  readonly type: 'adamW';
}

/**
 * torch.optim.Adam and AdamW (Kingma and Ba 2015; Loshchilov and Hutter 2019):
 * p - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps), with numerator and denominator multiplied
 * by sqrt(1 - b2^t), so that the corrections are two scalars.
 */
export function adam(options: AdamOptions | AdamWOptions): Optimizer {
  const { type, beta1, beta2, epsilon } = options;
  const rootCorrection = (step: number) => Math.sqrt(1 - beta2 ** step);
  return momentOptimizer(options, {
    isDecoupled: type === 'adamW',
    stepSize: (step, learningRate) => (learningRate * rootCorrection(step)) / (1 - beta1 ** step),
    epsilon: (step) => epsilon * rootCorrection(step),
  });
}
