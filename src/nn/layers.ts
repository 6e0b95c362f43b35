import { add, matmul, mul } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Scope } from './scope';

/** `x [..., features] -> [..., size]`: x W + b, started as torch.nn.Linear. */
export function linear(scope: Scope, name: string, x: Value, size: number): Value {
  const features = x.shape.at(-1) as number;
  const initializer = { type: 'uniform', bound: 1 / Math.sqrt(features) } as const;
  const weight = scope.parameter(`${name}.weight`, [features, size], initializer);
  const bias = scope.parameter(`${name}.bias`, [size], initializer);
  return add(matmul(x, weight), bias);
}

/**
 * Sets values to zero at random in training and scales the rest up, as torch.nn.Dropout;
 * the mask is fed from outside, so that a seed repeats a run on any executor.
 */
export function dropout(scope: Scope, name: string, x: Value, rate: number): Value {
  return scope.training && rate > 0 ? mul(x, scope.dropoutMask(name, x.shape, rate)) : x;
}
