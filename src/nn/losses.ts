import { add, div, exp, log, logSoftmax, mul, named, neg, relu, softplus, sub, sum } from '../graph/build';
import type { Value } from '../graph/ops';

export type LossType = 'crossEntropy' | 'bceWithLogits';

/** `[batch, outputs]` each: how far every output is true (0 to 1), and how much it counts. */
export interface Truth {
  readonly targets: Value;
  readonly weights: Value;
}

/** The smallest share that is left of a class that the model is all but sure of: a float32 next to 1. */
const LEAST_LEFT = 2 ** -23;

/**
 * The losses, as torch.nn.functional's with reduction 'mean', up to the division:
 * `logits [batch, outputs] -> [batch]`. A `gamma` above 0 makes them focal (Lin et al. 2017): each class's part
 * times (1 - p)^gamma, p being the probability that the model gives to what is true.
 */
export const losses: {
  readonly [Type in LossType]: (logits: Value, truth: Truth, gamma: number) => Value;
} = {
  /** Targets are one-hot rows, or any distribution over the classes. */
  crossEntropy: (logits, { targets, weights }, gamma) => {
    const logP = logSoftmax(logits);
    const plain = mul(mul(targets, weights), logP);
    if (gamma === 0) return neg(sum(plain, [-1]));
    // Bounded from below, or the gradient would be 0 times infinity where p is 1.
    const left = add(relu(sub(1 - LEAST_LEFT, exp(logP))), LEAST_LEFT);
    return neg(sum(mul(plain, exp(mul(log(left), gamma))), [-1]));
  },
  /** Logits z and targets y in [0, 1]: ln(1 + e^z) - y z, which does not overflow. */
  bceWithLogits: (logits, { targets, weights }, gamma) => {
    const ifFalse = softplus(logits);
    if (gamma === 0) return sum(mul(weights, sub(ifFalse, mul(targets, logits))), [-1]);
    // -ln p and -ln (1 - p): either is the logarithm that the other one's factor is made of.
    const ifTrue = softplus(neg(logits));
    const focal = (minusLogP: Value, minusLogRest: Value) => mul(exp(mul(minusLogRest, -gamma)), minusLogP);
    const expected = add(mul(targets, focal(ifTrue, ifFalse)), mul(sub(1, targets), focal(ifFalse, ifTrue)));
    return sum(mul(weights, expected), [-1]);
  },
};

/** The mean: `[batch] -> []`; `divisor []` is the number of texts, or what they weigh together. */
export function meanLoss(perText: Value, divisor: Value): Value {
  return named(div(sum(perText, [0]), divisor), 'loss');
}
