import { div, logSoftmax, mul, named, neg, softplus, sub, sum } from '../graph/build';
import type { Value } from '../graph/ops';

export type LossType = 'crossEntropy' | 'bceWithLogits';

/**
 * The losses, as torch.nn.functional's with reduction 'mean', up to the division:
 * `logits [batch, outputs], targets [batch, outputs] -> [batch]`.
 */
export const losses: { readonly [Type in LossType]: (logits: Value, targets: Value) => Value } = {
  /** Targets are one-hot rows (or any distribution over the classes). */
  crossEntropy: (logits, targets) => neg(sum(mul(targets, logSoftmax(logits)), [-1])),
  /** One logit z and one target y in [0, 1]: ln(1 + e^z) - y z, which does not overflow. */
  bceWithLogits: (logits, targets) => sum(sub(softplus(logits), mul(targets, logits)), [-1]),
};

/** The mean over the batch: `[batch] -> []`; `rows []` is the number of texts in the batch. */
export function meanLoss(perText: Value, rows: Value): Value {
  return named(div(sum(perText, [0]), rows), 'loss');
}
