import { relu } from '../graph/build';
import type { Value } from '../graph/ops';
import type { CellType } from '../nn/cells';
import { dropout, linear } from '../nn/layers';
import { type PoolingType, pool } from '../nn/pooling';
import { recurrent } from '../nn/recurrent';
import type { Scope } from '../nn/scope';

export interface ClassifierOptions {
  readonly type: CellType;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly pooling: PoolingType;
  readonly head: { readonly hiddenSize: number };
}

/**
 * From embedded texts `[time, batch, features]` and their `mask [time, batch, 1]` to
 * `logits [batch, outputs]`: recurrent layers, pooling over the true tokens, and the head.
 * Dropout stands after the embedding, between layers and before the last linear layer.
 */
export function classifierLogits(
  scope: Scope,
  embedded: Value,
  mask: Value,
  outputs: number,
  options: ClassifierOptions,
): Value {
  const x = dropout(scope, 'embedding', embedded, options.dropout);
  const encoded = recurrent(scope, options.type, x, mask, { ...options, cell: options.type });
  const pooled = pool(options.pooling, encoded, mask, options.hiddenSize);
  const hidden =
    options.head.hiddenSize > 0 ? relu(linear(scope, 'hidden', pooled, options.head.hiddenSize)) : pooled;
  return linear(scope, 'output', dropout(scope, 'head', hidden, options.dropout), outputs);
}

/** One line for a person: "GRU, 2 layers of 128 units, bidirectional, max pooling". */
export function describeClassifier(options: ClassifierOptions): string {
  return [
    options.type.toUpperCase(),
    `${options.layers} layer${options.layers > 1 ? 's' : ''} of ${options.hiddenSize} units`,
    ...(options.bidirectional ? ['bidirectional'] : []),
    `${options.pooling} pooling`,
    ...(options.head.hiddenSize > 0 ? [`head of ${options.head.hiddenSize} units`] : []),
    ...(options.dropout > 0 ? [`dropout ${options.dropout}`] : []),
  ].join(', ');
}
