import { add, div, mul, sqrt, sub } from '../../graph/build';
import { type Optimizer, still } from './optimizer';

export interface AdagradOptions {
  readonly type: 'adagrad';
  readonly learningRate: number;
  readonly learningRateDecay: number;
  readonly initialAccumulator: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** torch.optim.Adagrad (Duchi et al. 2011): s <- s + g^2, then p - lr / (1 + (t - 1) decay) g / (sqrt(s) + eps). */
export function adagrad({
  learningRateDecay,
  initialAccumulator,
  epsilon,
  weightDecay,
}: AdagradOptions): Optimizer {
  return {
    state: { squareSum: initialAccumulator },
    scalars: (step, learningRate) => ({ stepSize: learningRate / (1 + (step - 1) * learningRateDecay) }),
    update(parameter, gradient, [s], { stepSize }) {
      const g = weightDecay > 0 ? add(gradient, mul(parameter, weightDecay)) : gradient;
      const nextS = add(s!, mul(g, g));
      const step = div(mul(g, stepSize!), add(sqrt(nextS), epsilon));
      return { parameter: sub(parameter, step), state: [nextS] };
    },
    inPlace: {
      kernel: 'scaledGradient',
      numbers: (scale, { stepSize }) => [scale, weightDecay, 1, 1, stepSize!, epsilon],
    },
    idle: weightDecay > 0 ? undefined : still,
  };
}
