import { add, div, mul, relu, sqrt, sub } from '../../graph/build';
import type { Value } from '../../graph/ops';
import { addressOf, type IdleRule, type Optimizer, still } from './optimizer';

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
 * followed as SGD follows the gradient. Centered, v - a^2 stands for v, a being the running mean of the gradient.
 */
export function rmsprop(options: RmspropOptions): Optimizer {
  const { alpha, epsilon, weightDecay, momentum, centered } = options;
  const hasMomentum = momentum > 0;
  return {
    state: {
      squareAverage: 0,
      ...(centered ? { average: 0 } : {}),
      ...(hasMomentum ? { momentum: 0 } : {}),
    },
    scalars: (_, learningRate) => ({ stepSize: learningRate }),
    update(parameter, gradient, state, { stepSize }) {
      const { v, a, b } = byLetter(options, state);
      const g = weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const runningMean = (old: Value, x: Value) => add(mul(old, alpha), mul(x, 1 - alpha));
      const nextV = runningMean(v!, mul(g, g));
      const nextA = a && runningMean(a, g);
      // Rounding must not make the variance negative.
      const variance = nextA ? relu(sub(nextV, mul(nextA, nextA))) : nextV;
      const scaled = div(g, add(sqrt(variance), epsilon));
      const nextB = b && add(mul(b, momentum), scaled);
      return {
        parameter: sub(parameter, mul(nextB ?? scaled, stepSize!)),
        state: [nextV, nextA, nextB].filter((value) => value !== undefined),
      };
    },
    updateRow(row, gradient, at, scale, { stepSize }) {
      const { kernels, table, first, end } = row;
      const { v, a, b } = byLetter(options, row.state);
      if (!a && !b) {
        kernels.scaledGradient(
          addressOf(table, first),
          addressOf(v!, first),
          addressOf(gradient, at),
          end - first,
          scale,
          weightDecay,
          alpha,
          1 - alpha,
          stepSize!,
          epsilon,
        );
        return;
      }
      for (let i = first, from = at; i < end; i++, from++) {
        const g = gradient[from]! * scale + weightDecay * table[i]!;
        const nextV = alpha * v![i]! + (1 - alpha) * g * g;
        const nextA = a ? alpha * a[i]! + (1 - alpha) * g : 0;
        const scaled = g / (Math.sqrt(Math.max(0, nextV - nextA * nextA)) + epsilon);
        const nextB = b ? momentum * b[i]! + scaled : scaled;
        v![i] = nextV;
        if (a) a[i] = nextA;
        if (b) b[i] = nextB;
        table[i] = table[i]! - stepSize! * nextB;
      }
    },
    idle: weightDecay > 0 ? undefined : idleRule(options),
  };
}

/** Without a gradient both averages shrink, and what moves is the momentum alone. */
function idleRule(options: RmspropOptions): IdleRule {
  const { alpha, momentum } = options;
  return {
    ...still,
    decay: momentum,
    stepWeight: (_, learningRate) => learningRate,
    catchUp({ kernels, table, state, first, end }, { steps, moved }) {
      const { v, a, b } = byLetter(options, state);
      const count = end - first;
      kernels.multiply(addressOf(v!, first), count, alpha ** steps);
      if (a) kernels.multiply(addressOf(a, first), count, alpha ** steps);
      if (b) {
        const [p, buffer] = [addressOf(table, first), addressOf(b, first)];
        kernels.momentumIdle(p, buffer, count, moved, momentum ** steps);
      }
    },
  };
}

/** The state tensors by their letters: squareAverage v, average a and momentum b. */
function byLetter<T>({ centered, momentum }: RmspropOptions, [v, ...rest]: readonly T[]) {
  const a = centered ? rest[0] : undefined;
  const b = momentum > 0 ? rest.at(-1) : undefined;
  return { v, a, b };
}
