import type { OptimizerOptions } from '../../src/nn/optimizers';

/** One parameter under a dense optimizer. */
export interface ReferenceOptimizer {
  readonly parameter: Float64Array;
  step(gradient: ArrayLike<number>, learningRate: number): void;
}

/** One entry under an optimizer: from its value p and gradient g to its next value in step t. */
type Entry = (p: number, g: number, t: number, learningRate: number) => number;

type References = {
  readonly [Type in OptimizerOptions['type']]: (
    options: Extract<OptimizerOptions, { type: Type }>,
  ) => () => Entry;
};

/**
 * The optimizers once more, in float64 and letter by letter as the papers and PyTorch's pages
 * write them: every entry is updated in every step, whatever its gradient.
 */
export function referenceOptimizer(options: OptimizerOptions, start: ArrayLike<number>): ReferenceOptimizer {
  const create = (references[options.type] as (options: OptimizerOptions) => () => Entry)(options);
  const parameter = Float64Array.from(start);
  const entries = Array.from(parameter, () => create());
  let t = 0;
  return {
    parameter,
    step(gradient, learningRate) {
      t++;
      entries.forEach((entry, i) => {
        const penalty = options.type === 'adamW' ? 0 : options.weightDecay * parameter[i]!;
        parameter[i] = entry(parameter[i]!, gradient[i]! + penalty, t, learningRate);
      });
    },
  };
}

const references: References = {
  adam:
    ({ beta1, beta2, epsilon }) =>
    () => {
      let [m, v] = [0, 0];
      return (p, g, t, learningRate) => {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g ** 2;
        const correctedM = m / (1 - beta1 ** t);
        const correctedV = v / (1 - beta2 ** t);
        return p - (learningRate * correctedM) / (Math.sqrt(correctedV) + epsilon);
      };
    },
  adamW: (options) => () => {
    const adam = references.adam({ ...options, type: 'adam' })();
    return (p, g, t, learningRate) => adam(p - learningRate * options.weightDecay * p, g, t, learningRate);
  },
  nadam:
    ({ beta1, beta2, epsilon, momentumDecay }) =>
    () => {
      let [m, v, product] = [0, 0, 1];
      const mu = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));
      return (p, g, t, learningRate) => {
        product *= mu(t);
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g ** 2;
        const correctedM = (mu(t + 1) * m) / (1 - product * mu(t + 1)) + ((1 - mu(t)) * g) / (1 - product);
        return p - (learningRate * correctedM) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
      };
    },
  radam:
    ({ beta1, beta2, epsilon }) =>
    () => {
      let [m, v] = [0, 0];
      const longest = 2 / (1 - beta2) - 1;
      return (p, g, t, learningRate) => {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g ** 2;
        const correctedM = m / (1 - beta1 ** t);
        const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t);
        if (length <= 5) return p - learningRate * correctedM;
        const rectification = Math.sqrt(
          ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
        );
        const adaptive = Math.sqrt(1 - beta2 ** t) / (Math.sqrt(v) + epsilon);
        return p - learningRate * correctedM * rectification * adaptive;
      };
    },
  rmsprop:
    ({ alpha, epsilon, momentum, centered }) =>
    () => {
      let [v, average, buffer] = [0, 0, 0];
      return (p, g, _, learningRate) => {
        v = alpha * v + (1 - alpha) * g ** 2;
        if (centered) average = alpha * average + (1 - alpha) * g;
        buffer = momentum * buffer + g / (Math.sqrt(v - average ** 2) + epsilon);
        return p - learningRate * buffer;
      };
    },
  adagrad:
    ({ learningRateDecay, initialAccumulator, epsilon }) =>
    () => {
      let sum = initialAccumulator;
      return (p, g, t, learningRate) => {
        sum += g ** 2;
        return p - ((learningRate / (1 + (t - 1) * learningRateDecay)) * g) / (Math.sqrt(sum) + epsilon);
      };
    },
  sgd:
    ({ momentum, nesterov }) =>
    () => {
      let buffer = 0;
      return (p, g, _, learningRate) => {
        buffer = momentum * buffer + g;
        return p - learningRate * (nesterov ? g + momentum * buffer : buffer);
      };
    },
};
