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

/** Loops over a row's numbers that are worth vector instructions. Addresses count bytes. */
export interface RowKernels {
  /** g <- scale g + penalty p, m <- beta1 m + rest1 g, v <- beta2 v + rest2 g^2, then p as in `adam`. */
  adam(
    ...args: [
      ...[p: number, m: number, v: number, g: number, count: number],
      ...[scale: number, penalty: number, keep: number],
      ...[beta1: number, rest1: number, beta2: number, rest2: number, stepSize: number, epsilon: number],
    ]
  ): void;
  /** p <- keep p - moved m / (sqrt(v) + epsilon), then m and v times their factors. */
  adamIdle(
    ...args: [
      ...[p: number, m: number, v: number, count: number],
      ...[keep: number, moved: number, epsilon: number, shrinkM: number, shrinkV: number],
    ]
  ): void;
}

/** Some entries `[first, end)` of a table and of its state tensors, all in the kernels' memory: one row. */
export interface RowSlice {
  readonly kernels: RowKernels;
  readonly table: Float32Array;
  readonly state: readonly Float32Array[];
  readonly first: number;
  readonly end: number;
}

/**
 * How a row of an embedding table goes on while no batch touches it (its gradient is zero):
 * at each step `p <- keep p - stepWeight decay^k u`, k steps after the row was last touched.
 * Lets the trainer leave the row alone and make up for all those steps when it is next needed.
 */
export interface IdleRule {
  /** By how much the step direction shrinks from one idle step to the next. */
  readonly decay: number;
  keep(learningRate: number): number;
  stepWeight(step: number, learningRate: number): number;
  /**
   * What Adam's epsilon amounts to in the denominator of step `step`, and by how much more with
   * each step that the second moment has shrunk meanwhile. 0 and 1 where there is no denominator.
   */
  epsilon(step: number): number;
  readonly epsilonGrowth: number;
  /**
   * Makes up for a stretch of idle steps: p <- keep p - moved u, where u is the direction that
   * the state had when the row was last touched; the state shrinks as it would have.
   */
  catchUp(row: RowSlice, idle: IdleStretch): void;
}

/** Some idle steps in a row, summed up. */
export interface IdleStretch {
  readonly steps: number;
  readonly keep: number;
  readonly moved: number;
  /** The mean of what epsilon amounted to, weighted by the steps' sizes. */
  readonly epsilon: number;
}

/** From here on, a row's idle steps shrink so slowly that they can no longer be summed up exactly. */
const SLOWEST_DECAY = 0.95;

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
  /**
   * The same step for one row of a table, in place, in one pass over its entries: `gradient` from
   * index `at`, times `scale`; it too lies in the kernels' memory.
   */
  updateRow(
    row: RowSlice,
    gradient: Float32Array,
    at: number,
    scale: number,
    scalars: Readonly<Record<string, number>>,
  ): void;
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
function adam({ type, learningRate: firstRate, beta1, beta2, epsilon, weightDecay }: AdamOptions): Optimizer {
  const rootCorrection = (step: number) => Math.sqrt(1 - beta2 ** step);
  const stepWeight = (step: number, learningRate: number) =>
    (learningRate * rootCorrection(step)) / (1 - beta1 ** step);
  /** The first moment shrinks with beta1, the root of the second one in the denominator too. */
  const decay = beta1 / Math.sqrt(beta2);
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
    updateRow({ kernels, table, state: [m, v], first, end }, gradient, at, scale, scalars) {
      kernels.adam(
        addressOf(table, first),
        addressOf(m!, first),
        addressOf(v!, first),
        addressOf(gradient, at),
        end - first,
        scale,
        coupled ? weightDecay : 0,
        scalars.keep ?? 1,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        scalars.stepSize!,
        scalars.epsilon!,
      );
    },
    idle:
      coupled || decay > SLOWEST_DECAY || (decoupled && firstRate * weightDecay >= 1)
        ? undefined
        : {
            decay,
            keep: (learningRate) => (decoupled ? 1 - learningRate * weightDecay : 1),
            stepWeight,
            epsilon: (step) => epsilon * rootCorrection(step),
            epsilonGrowth: 1 / Math.sqrt(beta2),
            catchUp(
              { kernels, table, state: [m, v], first, end },
              { steps, keep, moved, epsilon: smallest },
            ) {
              kernels.adamIdle(
                addressOf(table, first),
                addressOf(m!, first),
                addressOf(v!, first),
                end - first,
                keep,
                moved,
                smallest,
                beta1 ** steps,
                beta2 ** steps,
              );
            },
          },
  };
}

function addressOf(array: Float32Array, index: number): number {
  return array.byteOffset + 4 * index;
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
    updateRow({ table, state: [buffer], first, end }, gradient, at, scale, { stepSize }) {
      for (let i = first, from = at; i < end; i++, from++) {
        const g = gradient[from]! * scale + weightDecay * table[i]!;
        const next = buffer ? momentum * buffer[i]! + g : g;
        if (buffer) buffer[i] = next;
        table[i] = table[i]! - stepSize! * (nesterov ? g + momentum * next : next);
      }
    },
    idle:
      weightDecay > 0 || momentum >= 1
        ? undefined
        : {
            decay: momentum,
            keep: () => 1,
            stepWeight: (_, learningRate) => (nesterov ? learningRate * momentum : learningRate),
            epsilon: () => 0,
            epsilonGrowth: 1,
            catchUp({ table, state: [buffer], first, end }, { steps, moved }) {
              if (!buffer) return;
              const shrink = momentum ** steps;
              for (let i = first; i < end; i++) {
                table[i] = table[i]! - moved * buffer[i]!;
                buffer[i] = buffer[i]! * shrink;
              }
            },
          },
  };
}
