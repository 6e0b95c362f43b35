import { add, mul, sub } from '../../graph/build';
import { addressOf, type Optimizer, still } from './optimizer';

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
    updateRow({ kernels, table, state: [buffer], first, end }, gradient, at, scale, { stepSize }) {
      const [p, g, count] = [addressOf(table, first), addressOf(gradient, at), end - first];
      if (!buffer) {
        kernels.sgd(p, g, count, scale, weightDecay, stepSize!);
        return;
      }
      const [bufferStep, gradientStep] = nesterov ? [stepSize! * momentum, stepSize!] : [stepSize!, 0];
      const b = addressOf(buffer, first);
      kernels.momentum(p, b, g, count, scale, weightDecay, momentum, bufferStep, gradientStep);
    },
    idle:
      weightDecay > 0
        ? undefined
        : {
            ...still,
            decay: momentum,
            stepWeight: (_, learningRate) => (nesterov ? learningRate * momentum : learningRate),
            shrink: (steps) => [momentum ** steps],
            catchUp({ kernels, table, state: [buffer], first, end }, { moved, shrink }) {
              if (!buffer) return;
              const [p, b] = [addressOf(table, first), addressOf(buffer, first)];
              kernels.momentumIdle(p, b, end - first, moved, shrink[0]!);
            },
          },
  };
}
