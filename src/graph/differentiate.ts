import { add, named, sub, sumTo } from './build';
import { gradientRules, type RuleInput } from './gradients';
import type { Node, OpName, Value } from './ops';
import { dependents, topologicalOrder } from './walk';

/**
 * Reverse-mode differentiation: the gradients of `sum_i <seeds_i, results_i>` with respect to
 * `sources`, built as further nodes of the same graph and named `<name>_grad`. A source that the
 * results do not depend on has no gradient (`undefined`).
 */
export function differentiate(
  results: readonly Value[],
  seeds: readonly Value[],
  sources: readonly Value[],
): (Value | undefined)[] {
  const order = topologicalOrder(results);
  const active = dependents(order, sources);
  const gradients = new Map<Value, Value>();

  const accumulate = (value: Value, gradient: Value | undefined) => {
    if (!gradient || !active.has(value)) return;
    const own = sumTo(gradient, value.shape);
    const before = gradients.get(value);
    gradients.set(value, before ? plus(before, own) : own);
  };

  results.forEach((result, i) => {
    accumulate(result, seeds[i]);
  });
  for (const node of order.reverse()) {
    const outputGradients = node.outputs.map((output) => gradients.get(output));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    if (!node.inputs.some((input) => active.has(input))) continue;
    const wanted = node.inputs.map((input) => active.has(input));
    applyRule(node, outputGradients, wanted).forEach((gradient, i) => {
      accumulate(node.inputs[i]!, gradient);
    });
  }
  return sources.map((source) => {
    const gradient = gradients.get(source);
    return gradient && source.name && !gradient.name ? named(gradient, `${source.name}_grad`) : gradient;
  });
}

function applyRule<Op extends OpName>(
  node: Node<Op>,
  gradients: readonly (Value | undefined)[],
  wanted: readonly boolean[],
): readonly (Value | undefined)[] {
  const rule = gradientRules[node.op];
  if (rule === 'zero') return [];
  const { inputs, outputs, attributes } = node;
  const context: RuleInput<Op> = {
    node,
    attributes,
    inputs,
    y: outputs[0]!,
    g: gradients[0]!,
    gradients,
    wanted,
    differentiate,
  };
  return rule(context);
}

/** a + b, and a - c where b is -c: one operation less in the inside of a scan. */
function plus(a: Value, b: Value): Value {
  return b.node.op === 'neg' ? sub(a, b.node.inputs[0]!) : add(a, b);
}
