import { add, div, mul, relu, sqrt, sub } from '../../graph/build';
import type { Value } from '../../graph/ops';
import { type IdleRule, type Optimizer, still } from './optimizer';

export interface RmspropOptions {
  readonly type: 'rmsprop';
  readonly learningRate: number;
  readonly alpha: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly centered: boolean;
}

/**
 * torch.optim.RMSprop (Hinton 2012; centered: Graves 2013): v <- alpha v + (1 - alpha) g^2, and g / (sqrt(v) + eps)
 * followed as SGD follows the gradient, with a momentum b or without. Centered, v - a^2 stands for v, a being the
 * running mean of the gradient. Plain RMSprop has neither a nor b.
 */
export function rmsprop(options: RmspropOptions): Optimizer {
  const { alpha, epsilon, weightDecay, momentum, centered } = options;
  const isPlain = !centered && momentum === 0;
  const runningMean = (old: Value, x: Value) => add(mul(old, alpha), mul(x, 1 - alpha));
  return {
    state: { squareAverage: 0, ...(isPlain ? {} : { average: 0, momentum: 0 }) },
    scalars: (_, learningRate) => ({ stepSize: learningRate }),
    update(parameter, gradient, [v, a, b], { stepSize }) {
      const g = weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const nextV = runningMean(v!, mul(g, g));
      const follow = (direction: Value) => sub(parameter, mul(direction, stepSize!));
      const scaledBy = (variance: Value) => div(g, add(sqrt(variance), epsilon));
      if (isPlain) return { parameter: follow(scaledBy(nextV)), state: [nextV] };
      const nextA = runningMean(a!, g);
      // Rounding must not make the variance negative.
      const variance = centered ? relu(sub(nextV, mul(nextA, nextA))) : nextV;
      const nextB = add(mul(b!, momentum), scaledBy(variance));
      return { parameter: follow(nextB), state: [nextV, nextA, nextB] };
    },
    inPlace: {
      kernel: isPlain ? 'scaledGradient' : 'rmsprop',
      numbers: (scale, { stepSize }) => [
        ...[scale, weightDecay, alpha, 1 - alpha],
        ...(isPlain ? [] : [centered ? 1 : 0, momentum]),
        ...[stepSize!, epsilon],
      ],
    },
    idle: weightDecay > 0 ? undefined : idleRule(options),
  };
}

/** Without a gradient both averages shrink, and what moves is the momentum alone. */
function idleRule({ alpha, momentum }: RmspropOptions): IdleRule {
  return {
    ...still,
    decay: momentum,
    stepWeight: (_, learningRate) => learningRate,
    shrink: (steps) => [alpha ** steps, alpha ** steps, momentum ** steps],
    kernel: 'momentumIdle',
  };
}
