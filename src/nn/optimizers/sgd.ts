import { add, mul, sub } from '../../graph/build';
import { type IdleRule, type Optimizer, still } from './optimizer';

export interface SgdOptions {
  readonly type: 'sgd';
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

/** torch.optim.SGD: b <- momentum b + g, then p - lr b, or p - lr (g + momentum b) with Nesterov's. */
export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): Optimizer {
  return {
    state: momentum > 0 ? { momentum: 0 } : {},
    scalars: (_, learningRate) => ({ stepSize: learningRate }),
    update(parameter, gradient, [buffer], scalars) {
      const g = weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const next = buffer ? add(mul(buffer, momentum), g) : g;
      const direction = nesterov ? add(g, mul(next, momentum)) : next;
      return { parameter: sub(parameter, mul(direction, scalars.stepSize!)), state: buffer ? [next] : [] };
    },
    inPlace:
      momentum > 0
        ? {
            kernel: 'momentum',
            numbers: (scale, { stepSize }) => [
              ...[scale, weightDecay, momentum],
              ...(nesterov ? [stepSize! * momentum, stepSize!] : [stepSize!, 0]),
            ],
          }
        : { kernel: 'sgd', numbers: (scale, { stepSize }) => [scale, weightDecay, stepSize!] },
    idle: weightDecay > 0 ? undefined : momentum > 0 ? idleRule(momentum, nesterov) : still,
  };
}

function idleRule(momentum: number, nesterov: boolean): IdleRule {
  return {
    ...still,
    decay: momentum,
    stepWeight: (_, learningRate) => (nesterov ? learningRate * momentum : learningRate),
    shrink: (steps) => [momentum ** steps],
    kernel: 'momentumIdle',
  };
}
