import type { Node, Value } from '../../graph/ops';
import type { Sizes } from '../sizes';
import { interpreters } from './interpreters';
import type { BodyPlan, Plan, Step } from './plan';
import type { Tf, TfTensor } from './tf';

/** What one run of a program computes with. */
export interface Run {
  readonly tf: Tf;
  readonly sizes: Sizes;
}

/**
 * Computes a plan's results, and disposes of all else that it was given or has made. Nothing is left behind where it
 * fails only if it runs inside `tf.tidy`.
 *
 * @param values the values that the plan was made to get; they are disposed of
 * @param held the values that it was made to find; they are left as they are
 */
export function runPlan(
  run: Run,
  plan: Plan,
  values: Map<Value, TfTensor>,
  held: ReadonlyMap<Value, TfTensor>,
): TfTensor[] {
  const tensorOf = (value: Value) => (values.get(value) ?? held.get(value))!;
  const end = (value: Value) => {
    values.get(value)!.dispose();
    values.delete(value);
  };
  plan.unread.forEach(end);
  for (const step of plan.steps) {
    const results = runStep(run, step, step.node.inputs.map(tensorOf));
    step.outputs.forEach((value, i) => {
      values.set(value, results[i]!);
    });
    step.ends.forEach(end);
  }
  // A value may be several results at once, or somebody else's: each result is a handle of its own to the same memory.
  const results = plan.results.map((value) => run.tf.clone(tensorOf(value)));
  for (const tensor of values.values()) tensor.dispose();
  return results;
}

function runStep(run: Run, { node, body }: Step, inputs: readonly TfTensor[]): TfTensor[] {
  return body ? runScan(run, node as Node<'scan'>, body, inputs) : runNode(run, node, inputs);
}

function runNode<Op extends keyof typeof interpreters>(
  { tf, sizes }: Run,
  node: Node,
  inputs: readonly TfTensor[],
): TfTensor[] {
  const { op } = node as Node<Op>;
  return tf.tidy(() => interpreters[op](tf, node as Node<Op>, inputs, sizes));
}

/** The body once for each time, with the states before it and the slices of that time. */
function runScan(
  run: Run,
  { attributes: { reverse } }: Node<'scan'>,
  { body, invariant, step }: BodyPlan,
  inputs: readonly TfTensor[],
): TfTensor[] {
  const { tf, sizes } = run;
  const [states, beforeCaptured] = [body.carries.length, body.carries.length + body.slices.length];
  const held = new Map(body.captured.map((value, i) => [value, inputs[beforeCaptured + i]!]));
  const constants = runPlan(run, invariant, new Map(), held);
  invariant.results.forEach((value, i) => {
    held.set(value, constants[i]!);
  });
  const sequences = inputs.slice(states, beforeCaptured).map((sequence) => tf.unstack(sequence));
  const time = inputs[states]!.shape[0]!;
  let carries = inputs.slice(0, states).map((initial) => tf.clone(initial));
  const collected: TfTensor[][] = body.stacked.map(() => []);
  for (let n = 0; n < time; n++) {
    const at = reverse ? time - 1 - n : n;
    const given = [...carries, ...sequences.map((slices) => slices[at]!)];
    const values = new Map([...body.carries, ...body.slices].map((value, i) => [value, given[i]!]));
    const results = runPlan(run, step, values, held);
    carries = results.slice(0, states);
    collected.forEach((list, i) => {
      list[at] = results[states + i]!;
    });
  }
  tf.dispose(constants);
  const stacked = collected.map((list, i) => {
    const whole = time === 0 ? tf.zeros([0, ...sizes.shape(body.stacked[i]!.shape)]) : tf.stack(list);
    tf.dispose(list);
    return whole;
  });
  return [...carries, ...stacked];
}
