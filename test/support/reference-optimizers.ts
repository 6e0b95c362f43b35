import type { OptimizerOptions } from '../../src/nn/optimizers';

/** One parameter under a dense optimizer. */
export interface ReferenceOptimizer {
  readonly parameter: Float64Array;
  step(gradient: ArrayLike<number>, learningRate: number): void;
}

/**
 * The optimizers once more, in float64 and letter by letter as the papers and PyTorch's pages
 * write them: every entry is updated in every step, whatever its gradient.
 */
export function referenceOptimizer(options: OptimizerOptions, start: ArrayLike<number>): ReferenceOptimizer {
  return options.type === 'sgd' ? referenceSgd(options, start) : referenceAdam(options, start);
}

function referenceAdam(
  { type, beta1, beta2, epsilon, weightDecay }: Extract<OptimizerOptions, { type: 'adam' | 'adamW' }>,
  start: ArrayLike<number>,
): ReferenceOptimizer {
  const parameter = Float64Array.from(start);
  const m = new Float64Array(parameter.length);
  const v = new Float64Array(parameter.length);
  let t = 0;
  return {
    parameter,
    step(gradient, learningRate) {
      t++;
      for (let i = 0; i < parameter.length; i++) {
        let g = gradient[i]!;
        if (type === 'adam') g += weightDecay * parameter[i]!;
        else parameter[i]! -= learningRate * weightDecay * parameter[i]!;
        m[i] = beta1 * m[i]! + (1 - beta1) * g;
        v[i] = beta2 * v[i]! + (1 - beta2) * g ** 2;
        const correctedM = m[i]! / (1 - beta1 ** t);
        const correctedV = v[i]! / (1 - beta2 ** t);
        parameter[i]! -= (learningRate * correctedM) / (Math.sqrt(correctedV) + epsilon);
      }
    },
  };
}

function referenceSgd(
  { momentum, nesterov, weightDecay }: Extract<OptimizerOptions, { type: 'sgd' }>,
  start: ArrayLike<number>,
): ReferenceOptimizer {
  const parameter = Float64Array.from(start);
  const buffer = new Float64Array(parameter.length);
  return {
    parameter,
    step(gradient, learningRate) {
      for (let i = 0; i < parameter.length; i++) {
        const g = gradient[i]! + weightDecay * parameter[i]!;
        buffer[i] = momentum * buffer[i]! + g;
        parameter[i]! -= learningRate * (nesterov ? g + momentum * buffer[i]! : buffer[i]!);
      }
    },
  };
}
