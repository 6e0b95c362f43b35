import { add, div, mul, sqrt, sub } from '../graph/build';
import type { Value } from '../graph/ops';

export type OptimizerOptions =
  | {
      readonly type: 'adam' | 'adamW';
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    }
  | {
      readonly type: 'sgd';
      readonly learningRate: number;
      readonly momentum: number;
      readonly nesterov: boolean;
      readonly weightDecay: number;
    };

/**
 * How a row of an embedding table goes on while no batch touches it (its gradient is zero):
 * at each step `p <- keep p - stepWeight decay^k u`, k steps after the row was last touched.
 * Lets the trainer leave the row alone and make up for all those steps when it is next needed.
 */
export interface IdleRule {
  /** By how much the step direction shrinks from one idle step to the next. */
  readonly decay: number;
  /** By how much each state tensor shrinks with each idle step. */
  readonly stateDecay: readonly number[];
  keep(learningRate: number): number;
  stepWeight(step: number, learningRate: number): number;
  /** The direction u of entry `i`, read off the state tensors as step `step` left them. */
  direction(step: number): (state: readonly Float32Array[], i: number) => number;
}

export interface Optimizer {
  /** Names of the state tensors, each of the parameter's shape and zero at the start. */
  readonly state: readonly string[];
  /** The numbers that change from step to step (steps count from 1), fed as scalars. */
  scalars(step: number, learningRate: number): Record<string, number>;
  /** The parameter and its state after one step. */
  update(
    parameter: Value,
    gradient: Value,
    state: readonly Value[],
    scalars: Readonly<Record<string, Value>>,
  ): { parameter: Value; state: Value[] };
  /** Missing where a row without gradient cannot be left alone: with weight decay in the gradient. */
  readonly idle: IdleRule | undefined;
}

type AdamOptions = Extract<OptimizerOptions, { type: 'adam' | 'adamW' }>;
type SgdOptions = Extract<OptimizerOptions, { type: 'sgd' }>;

/** The optimizers by PyTorch's definitions and defaults, as graph expressions. */
export function createOptimizer(options: OptimizerOptions): Optimizer {
  return options.type === 'sgd' ? sgd(options) : adam(options);
}

/**
 * torch.optim.Adam and AdamW (Kingma and Ba 2015; Loshchilov and Hutter 2019):
 * p - lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps), with numerator and denominator multiplied
 * by sqrt(1 - b2^t), so that the corrections are two scalars.
 */
function adam({ type, beta1, beta2, epsilon, weightDecay }: AdamOptions): Optimizer {
  const rootCorrection = (step: number) => Math.sqrt(1 - beta2 ** step);
  const stepWeight = (step: number, learningRate: number) =>
    (learningRate * rootCorrection(step)) / (1 - beta1 ** step);
  const decoupled = type === 'adamW' && weightDecay > 0;
  const coupled = type === 'adam' && weightDecay > 0;
  return {
    state: ['firstMoment', 'secondMoment'],
    scalars: (step, learningRate) => ({
      stepSize: stepWeight(step, learningRate),
      epsilon: epsilon * rootCorrection(step),
      ...(decoupled ? { keep: 1 - learningRate * weightDecay } : {}),
    }),
    update(parameter, gradient, [m, v], scalars) {
      const g = coupled ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const kept = decoupled ? mul(parameter, scalars.keep!) : parameter;
      const nextM = add(mul(m!, beta1), mul(g, 1 - beta1));
      const nextV = add(mul(v!, beta2), mul(mul(g, g), 1 - beta2));
      const step = div(mul(nextM, scalars.stepSize!), add(sqrt(nextV), scalars.epsilon!));
      return { parameter: sub(kept, step), state: [nextM, nextV] };
    },
    idle: coupled
      ? undefined
      : {
          decay: beta1 / Math.sqrt(beta2),
          stateDecay: [beta1, beta2],
          keep: (learningRate) => (decoupled ? 1 - learningRate * weightDecay : 1),
          stepWeight,
          // Epsilon, which is tiny beside sqrt(v), is taken as it was at the first idle step.
          direction: (step) => {
            const smallest = epsilon * rootCorrection(step + 1);
            return ([m, v], i) => m![i]! / (Math.sqrt(v![i]!) + smallest);
          },
        },
  };
}

/** torch.optim.SGD: b <- momentum b + g, then p - lr b, or p - lr (g + momentum b) with Nesterov's. */
function sgd({ momentum, nesterov, weightDecay }: SgdOptions): Optimizer {
  return {
    state: momentum > 0 ? ['momentum'] : [],
    scalars: (_, learningRate) => ({ stepSize: learningRate }),
    update(parameter, gradient, [buffer], scalars) {
      const g = weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const next = buffer ? add(mul(buffer, momentum), g) : g;
      const direction = nesterov ? add(g, mul(next, momentum)) : next;
      return { parameter: sub(parameter, mul(direction, scalars.stepSize!)), state: buffer ? [next] : [] };
    },
    idle:
      weightDecay > 0
        ? undefined
        : {
            decay: momentum,
            stateDecay: momentum > 0 ? [momentum] : [],
            keep: () => 1,
            stepWeight: (_, learningRate) => (nesterov ? learningRate * momentum : learningRate),
            direction:
              () =>
              ([buffer], i) =>
                buffer?.[i] ?? 0,
          },
  };
}
