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
    updateRow({ table, state: [buffer], first, end }, gradient, at, scale, { stepSize }) {
      for (let i = first, from = at; i < end; i++, from++) {
        const g = gradient[from]! * scale + weightDecay * table[i]!;
        const next = buffer ? momentum * buffer[i]! + g : g;
        if (buffer) buffer[i] = next;
        table[i] = table[i]! - stepSize! * (nesterov ? g + momentum * next : next);
      }
    },
    idle:
      weightDecay > 0
        ? undefined
        : {
            ...still,
            decay: momentum,
            stepWeight: (_, learningRate) => (nesterov ? learningRate * momentum : learningRate),
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
