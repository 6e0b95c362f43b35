import { add, relu, sub } from '../graph/build';
import type { Value } from '../graph/ops';

/** Brings every entry to between -limit and limit, as torch.nn.utils.clip_grad_value_; those within stay exact. */
export function clipValue(x: Value, limit: number): Value {
  return add(sub(x, relu(sub(x, limit))), relu(sub(-limit, x)));
}
