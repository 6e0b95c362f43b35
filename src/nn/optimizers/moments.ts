import { add, div, mul, sqrt, sub } from '../../graph/build';
import type { Optimizer } from './optimizer';

/** What Adam and its kin share. */
export interface MomentOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/**
 * What tells them apart, for a step and its learning rate:
 * p <- p - (stepSize m + gradientStep g) / (sqrt(v) + epsilon).
 */
export interface MomentStep {
  stepSize(step: number, learningRate: number): number;
  /** Missing where the gradient itself has no part in the direction. */
  readonly gradientStep?: (step: number, learningRate: number) => number;
  epsilon(step: number): number;
  /** Weight decay apart from the gradient instead of through it. */
  readonly isDecoupled?: boolean;
  /** Up to this step the form above is not that of idle rows; infinite where it never is. */
  readonly idleAfter?: number;
}

/** From here on, a row's idle steps shrink so slowly that they can no longer be summed up exactly. */
const SLOWEST_DECAY = 0.95;

/** An optimizer that follows the gradient's running mean m over the root of its running square v. */
export function momentOptimizer(
  { learningRate: firstRate, beta1, beta2, weightDecay }: MomentOptions,
  { stepSize, gradientStep, epsilon, isDecoupled = false, idleAfter = 0 }: MomentStep,
): Optimizer {
  /** The first moment shrinks with beta1, the root of the second one in the denominator too. */
  const decay = beta1 / Math.sqrt(beta2);
  const decoupled = isDecoupled && weightDecay > 0;
  const coupled = !isDecoupled && weightDecay > 0;
  const hasIdleRule =
    !coupled &&
    decay <= SLOWEST_DECAY &&
    // Else epsilon, beside a second moment that vanishes faster than the first, would soon decide the steps.
    beta1 <= beta2 &&
    !(decoupled && firstRate * weightDecay >= 1) &&
    Number.isFinite(idleAfter);
  return {
    state: { firstMoment: 0, secondMoment: 0 },
    scalars: (step, learningRate) => ({
      stepSize: stepSize(step, learningRate),
      ...(gradientStep ? { gradientStep: gradientStep(step, learningRate) } : {}),
      epsilon: epsilon(step),
      ...(decoupled ? { keep: 1 - learningRate * weightDecay } : {}),
    }),
    update(parameter, gradient, [m, v], scalars) {
      const g = coupled ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const kept = decoupled ? mul(parameter, scalars.keep!) : parameter;
      const nextM = add(mul(m!, beta1), mul(g, 1 - beta1));
      const nextV = add(mul(v!, beta2), mul(mul(g, g), 1 - beta2));
      const alongM = mul(nextM, scalars.stepSize!);
      const direction = gradientStep ? add(alongM, mul(g, scalars.gradientStep!)) : alongM;
      const step = div(direction, add(sqrt(nextV), scalars.epsilon!));
      return { parameter: sub(kept, step), state: [nextM, nextV] };
    },
    inPlace: {
      kernel: 'adam',
      numbers: (scale, scalars) => [
        scale,
        coupled ? weightDecay : 0,
        scalars.keep ?? 1,
        ...[beta1, 1 - beta1, beta2, 1 - beta2],
        ...[scalars.stepSize!, scalars.gradientStep ?? 0, scalars.epsilon!],
      ],
    },
    idle: hasIdleRule
      ? {
          after: idleAfter,
          decay,
          keep: (learningRate) => (decoupled ? 1 - learningRate * weightDecay : 1),
          stepWeight: stepSize,
          epsilon,
          epsilonGrowth: 1 / Math.sqrt(beta2),
          shrink: (steps) => [beta1 ** steps, beta2 ** steps],
          kernel: 'adamIdle',
        }
      : undefined,
  };
}
