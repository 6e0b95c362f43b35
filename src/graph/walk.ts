import type { Node, Value } from './ops';

/** All nodes that the values depend on, each after its inputs. Bodies of scans are not entered. */
export function topologicalOrder(values: readonly Value[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // An explicit stack: a long chain of operations must not overflow the call stack.
  const stack: { node: Node; next: number }[] = [];
  const enter = (node: Node) => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const { node } of values) {
    enter(node);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const input = top.node.inputs[top.next++];
      if (input) enter(input.node);
      else order.push(stack.pop()!.node);
    }
  }
  return order;
}

/** The values among `order` that depend on one of `sources`. */
export function dependents(order: readonly Node[], sources: Iterable<Value>): Set<Value> {
  const reached = new Set<Value>(sources);
  for (const node of order) {
    if (node.inputs.some((input) => reached.has(input)))
      for (const output of node.outputs) reached.add(output);
  }
  return reached;
}
