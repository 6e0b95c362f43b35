import type { Node, ScanBody, Value } from '../../graph/ops';
import { dependents, topologicalOrder } from '../../graph/walk';

/** A node to be computed, and the values whose memory is free afterwards. */
export interface Step {
  readonly node: Node;
  /** As they were when the plan was made: a scan gets further outputs when a gradient is made later. */
  readonly outputs: readonly Value[];
  readonly ends: readonly Value[];
  readonly body: BodyPlan | undefined;
}

/** The order in which values are computed, each held no longer than until its last reader is through. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly results: readonly Value[];
  /** Given values that nothing reads. */
  readonly unread: readonly Value[];
}

export interface BodyPlan {
  readonly body: ScanBody;
  /** What is the same at each time: computed once, before the loop. */
  readonly invariant: Plan;
  readonly step: Plan;
}

/**
 * @param given values that the plan gets and disposes of
 * @param held values that are there all the time and are not the plan's to dispose of
 */
export function makePlan(
  results: readonly Value[],
  given: readonly Value[],
  held: ReadonlySet<Value> = new Set(),
): Plan {
  const isThere = new Set([...held, ...given]);
  const order = topologicalOrder(results).filter(
    ({ outputs }) => !outputs.some((value) => isThere.has(value)),
  );
  const wanted = new Set(results);
  const lastReader = new Map<Value, Node>();
  for (const node of order) for (const value of node.inputs) lastReader.set(value, node);
  const ends = new Map<Node | undefined, Value[]>();
  const endAfter = (value: Value, node: Node | undefined) => {
    if (!wanted.has(value) && !held.has(value)) ends.set(node, [...(ends.get(node) ?? []), value]);
  };
  for (const value of given) endAfter(value, lastReader.get(value));
  for (const node of order) for (const value of node.outputs) endAfter(value, lastReader.get(value) ?? node);
  return {
    steps: order.map((node) => ({
      node,
      outputs: [...node.outputs],
      ends: ends.get(node) ?? [],
      body: node.op === 'scan' ? planBody((node as Node<'scan'>).attributes.body) : undefined,
    })),
    results,
    unread: ends.get(undefined) ?? [],
  };
}

function planBody(original: ScanBody): BodyPlan {
  const body = { ...original, stacked: [...original.stacked] };
  const results = [...body.nextCarries, ...body.stacked];
  const order = topologicalOrder(results);
  const changing = dependents(order, [...body.carries, ...body.slices]);
  const captured = new Set(body.captured);
  const read = order.filter(({ outputs }) => changing.has(outputs[0]!)).flatMap(({ inputs }) => inputs);
  const invariant = [...new Set([...read, ...results])].filter(
    (value) => !changing.has(value) && !captured.has(value),
  );
  return {
    body,
    invariant: makePlan(invariant, [], captured),
    step: makePlan(results, [...body.carries, ...body.slices], new Set([...captured, ...invariant])),
  };
}
