import { add, mul, sub } from '../../graph/build';
import { type Optimizer, still } from './optimizer';

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
    updateRow({ kernels, parameter: p, state: [b], count }, g, scale, { stepSize }) {
      if (b === undefined) {
        kernels.sgd(p, g, count, scale, weightDecay, stepSize!);
        return;
      }
      const [bufferStep, gradientStep] = nesterov ? [stepSize! * momentum, stepSize!] : [stepSize!, 0];
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
            catchUp({ kernels, parameter, state: [b], count }, { moved, shrink }) {
              if (b !== undefined) kernels.momentumIdle(parameter, b, count, moved, shrink[0]!);
            },
            look({ kernels, parameter, state: [b], count }, { moved }) {
              if (b !== undefined) kernels.momentumLook(parameter, b, count, moved);
            },
          },
  };
}
