import { addOutput, input, makeNode } from './build';
import type { Node, ScanBody, Value } from './ops';
import type { Shape } from './shape';

export interface ScanStep {
  /** The state after this step, one for each carry. */
  readonly carries: readonly Value[];
  /** Values to collect over time. */
  readonly stacked: readonly Value[];
}

export interface ScanOptions {
  /** The state before the first step, one value for each carry. */
  readonly initial: readonly Value[];
  /** `[time, ...]` each; the step sees one slice a time. */
  readonly sequences: readonly Value[];
  /** Values of the outer graph that the step uses at every time: weights. */
  readonly captured: readonly Value[];
  /** From the last time step to the first. Stacked outputs keep the order of time. */
  readonly reverse?: boolean;
  readonly step: (
    carries: readonly Value[],
    slices: readonly Value[],
    captured: readonly Value[],
  ) => ScanStep;
}

/**
 * Runs `step` once for each time step: the one recurrence that every recurrent layer is made of
 * (as in jax.lax.scan). Returns the last state and each stacked value, `[time, ...]`.
 */
export function scan({ initial, sequences, captured, reverse = false, step }: ScanOptions): {
  carries: Value[];
  stacked: Value[];
} {
  const placeholder = (kind: string) => (value: Value, i: number) =>
    input(`${value.name ?? kind + i}_t`, kind === 'slice' ? value.shape.slice(1) : (value.shape as Shape));
  const carries = initial.map(placeholder('carry'));
  const slices = sequences.map(placeholder('slice'));
  const weights = captured.map(placeholder('captured'));
  const next = step(carries, slices, weights);
  const body: ScanBody = {
    carries,
    slices,
    captured: weights,
    nextCarries: next.carries,
    stacked: [...next.stacked],
  };
  const node = makeNode('scan', [...initial, ...sequences, ...captured], { body, reverse });
  return { carries: node.outputs.slice(0, initial.length), stacked: node.outputs.slice(initial.length) };
}

/** A value of the body, collected over time: an output of the scan, added if it is not one yet. */
export function stackedOutput(node: Node<'scan'>, bodyValue: Value): Value {
  const { body } = node.attributes;
  const existing = body.stacked.indexOf(bodyValue);
  if (existing >= 0) return node.outputs[body.nextCarries.length + existing]!;
  body.stacked.push(bodyValue);
  const time = node.inputs[body.carries.length]!.shape[0]!;
  return addOutput(node, { shape: [time, ...bodyValue.shape], dtype: bodyValue.dtype }, bodyValue.name);
}
