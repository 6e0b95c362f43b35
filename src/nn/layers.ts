import { affine, gatherRows, layerNorm, mul } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Initializer, Scope } from './scope';

/** PyTorch's start of a layer whose every unit reads so many numbers: evenly between -1 / sqrt(n) and that. */
export function fanIn(inputs: number): Initializer {
  return { type: 'uniform', bound: 1 / Math.sqrt(inputs) };
}

/** How a linear layer's parameters start; what is not said starts as in torch.nn.Linear. */
export interface LinearStart {
  readonly weight?: Initializer;
  readonly bias?: Initializer;
}

/** `x [..., features] -> [..., size]`: x W + b, started as torch.nn.Linear if nothing else is said. */
export function linear(scope: Scope, name: string, x: Value, size: number, start: LinearStart = {}): Value {
  const features = x.shape.at(-1) as number;
  const weight = scope.parameter(`${name}.weight`, [features, size], start.weight ?? fanIn(features));
  const bias = scope.parameter(`${name}.bias`, [size], start.bias ?? fanIn(features));
  return affine(x, weight, bias);
}

/** As torch.nn.LayerNorm over the last axis. */
export function normalize(scope: Scope, name: string, x: Value, epsilon = 1e-5): Value {
  const size = [x.shape.at(-1) as number];
  const weight = scope.parameter(`${name}.weight`, size, { type: 'ones' });
  const bias = scope.parameter(`${name}.bias`, size, { type: 'zeros' });
  return layerNorm(x, weight, bias, epsilon);
}

/**
 * Sets values to zero at random in training and scales the rest up, as torch.nn.Dropout;
 * the mask is fed from outside, so that a seed repeats a run on any executor.
 */
export function dropout(scope: Scope, name: string, x: Value, rate: number): Value {
  return scope.training && rate > 0 ? mul(x, scope.dropoutMask(name, x.shape, rate)) : x;
}

/**
 * What `compute` makes of each vector of `x [time, batch, features]` by itself. Where x was gathered from the vectors of a
 * batch's distinct words, of which there are half as many as tokens, it is computed once for each word.
 */
export function ofEachVector(x: Value, compute: (x: Value) => Value[]): Value[] {
  const { op, inputs } = x.node;
  // The rows of a whole vocabulary, a fixed number, are more than a batch has tokens.
  const isOfBatch = op === 'gatherRows' && typeof inputs[0]!.shape[0] === 'string';
  if (!isOfBatch) return compute(x);
  const [words, tokens] = inputs as [Value, Value];
  return compute(words).map((rows) => gatherRows(rows, tokens));
}
