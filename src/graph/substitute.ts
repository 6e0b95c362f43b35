import { copyNode } from './build';
import type { Value } from './ops';
import { sameShape } from './shape';
import { topologicalOrder } from './walk';

/**
 * The same values computed from others: wherever they depend on a key of `replaced`, what stands for it there is
 * used instead, of the same type. What depends on none of the keys stays the same node; names stay.
 */
export function substitute(
  values: readonly Value[],
  replaced: ReadonlyMap<Value, Value>,
): (value: Value) => Value {
  const known = new Map(replaced);
  for (const [value, other] of replaced) {
    if (!sameShape(value.shape, other.shape) || value.dtype !== other.dtype)
      throw new Error(`'${value.name}' cannot be replaced by a value of another type`);
  }
  const newOf = (value: Value) => known.get(value) ?? value;
  for (const node of topologicalOrder(values)) {
    if (!node.inputs.some((operand) => newOf(operand) !== operand)) continue;
    const copy = copyNode(node, node.inputs.map(newOf));
    node.outputs.forEach((output, i) => {
      copy.outputs[i]!.name = output.name;
      if (!known.has(output)) known.set(output, copy.outputs[i]!);
    });
  }
  return newOf;
}
