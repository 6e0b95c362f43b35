import type { NetworkOptions } from '../experiment/schema';
import { relu } from '../graph/build';
import type { Value } from '../graph/ops';
import { dropout, linear } from '../nn/layers';
import { pool } from '../nn/pooling';
import type { Scope } from '../nn/scope';
import { encoderOf } from './encoders';

export interface ClassifierShape {
  readonly model: NetworkOptions;
  /** Logits for each text: one for each class, or one in all for two classes with BCE. */
  readonly outputs: number;
  /** No text has more tokens: what a table of positions must have room for. */
  readonly maxLength: number;
}

/**
 * From embedded texts `[time, batch, features]` and their `mask [time, batch, 1]` to
 * `logits [batch, outputs]`: the model's encoder, pooling over the true tokens, and the head.
 * Dropout stands after the embedding (but for the CNN's), inside the encoder, and before the last linear layer.
 */
export function classifierLogits(
  scope: Scope,
  embedded: Value,
  mask: Value,
  { model, outputs, maxLength }: ClassifierShape,
): Value {
  const encoder = encoderOf(model);
  const x = encoder.dropsWords ? dropout(scope, 'embedding', embedded, model.dropout) : embedded;
  const encoded = encoder.encode(scope, x, mask, model, maxLength);
  const pooled = pool[model.pooling](scope, encoded, mask);
  const { hiddenSize } = model.head;
  const hidden = hiddenSize > 0 ? relu(linear(scope, 'hidden', pooled, hiddenSize)) : pooled;
  return linear(scope, 'output', dropout(scope, 'head', hidden, model.dropout), outputs);
}

/** One line for a person: "GRU, 2 layers of 128 units, bidirectional, max pooling". */
export function describeClassifier(model: NetworkOptions): string {
  const { title, describe } = encoderOf(model);
  return [
    title,
    ...describe(model),
    `${model.pooling} pooling`,
    ...(model.head.hiddenSize > 0 ? [`head of ${model.head.hiddenSize} units`] : []),
    ...(model.dropout > 0 ? [`dropout ${model.dropout}`] : []),
  ].join(', ');
}
