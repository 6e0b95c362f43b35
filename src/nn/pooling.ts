import {
  add,
  concat,
  convolutionMax,
  div,
  equal,
  matmul,
  max,
  mul,
  pad,
  range,
  relu,
  reshape,
  softmax,
  sub,
  sum,
  tanh,
  toFloat,
  transpose,
  trim,
} from '../graph/build';
import type { Node, OpName, Value } from '../graph/ops';
import { normalizeAxis } from '../graph/shape';
import { fanIn, linear } from './layers';
import type { Scope } from './scope';

export type PoolingType = 'first' | 'last' | 'mean' | 'max' | 'attention';

/** What an encoder made of the texts. */
export interface Encoded {
  /** `[time, batch, features]`. What stands at padded positions is of no meaning: the mask tells. */
  readonly states: Value;
  /**
   * `[batch, hidden]`, only of encoders that read backward too: the last `hidden` features at each text's first
   * token, where the way back ends.
   */
  readonly backwardFinal?: Value | undefined;
}

/** Lower than any state, yet finite: what padding looks like to a maximum. */
const VERY_LOW = -1e30;

/** `mask [time, batch, 1]`: 0 at tokens, very low at padding, to be added to what a maximum or a softmax reads. */
export const lowAtPadding = (mask: Value): Value => mul(sub(1, mask), VERY_LOW);

/** `states [time, batch, features], mask [time, batch, 1] -> [batch, features]`, over true tokens only. */
export const meanPooling = (states: Value, mask: Value): Value =>
  weightedSum(states, div(mask, sum(mask, [0], true)));

/**
 * Over true tokens only. The maximum of rectified states is the rectified maximum, and that of states side by side the
 * maxima side by side: less work, and a convolution that nobody else reads is found together with its maximum.
 */
export function maxPooling(states: Value, mask: Value): Value {
  const { node } = states;
  if (is(node, 'relu')) return relu(maxPooling(node.inputs[0]!, mask));
  if (is(node, 'concat') && normalizeAxis(node.attributes.axis, 3) === 2) {
    const parts = node.inputs.map((part) => maxPooling(part, mask));
    return concat(parts, -1);
  }
  if (is(node, 'convolution')) {
    const [x, weight, bias] = node.inputs as [Value, Value, Value];
    return convolutionMax(x, weight, bias, mask, node.attributes);
  }
  return max(add(states, lowAtPadding(mask)), [0]);
}

const is = <Op extends OpName>(node: Node, op: Op): node is Node<Op> => node.op === op;

/** The state at each text's last token: where the mask is 1 and the next one is not. */
export function lastPooling(states: Value, mask: Value): Value {
  const next = pad(trim(mask, 0, 1, 0), 0, 0, 1);
  return weightedSum(states, sub(mask, next));
}

export function firstPooling(states: Value): Value {
  const time = states.shape[0]!;
  return weightedSum(states, reshape(equal(toFloat(range(time)), 0), [time, 1, 1]));
}

/**
 * Additive attention (Bahdanau et al. 2015) of one learnt query: the states' mean, each weighted by the softmax
 * over the text's tokens of v · tanh(W h + b).
 */
export function attentionPooling(scope: Scope, name: string, states: Value, mask: Value): Value {
  const [time, batch, features] = states.shape as [string, string, number];
  const query = scope.parameter(`${name}.query`, [features, 1], fanIn(features));
  const scores = matmul(tanh(linear(scope, name, states, features)), query);
  const byText = transpose(reshape(add(scores, lowAtPadding(mask)), [time, batch]), [1, 0]);
  const weights = transpose(softmax(byText), [1, 0]);
  return weightedSum(states, reshape(weights, [time, batch, 1]));
}

const weightedSum = (states: Value, weights: Value): Value => sum(mul(states, weights), [0]);

/**
 * One vector for each text. `last` means the end of each direction's own way: the last token
 * going forward, the first token going backward.
 */
export const pool: {
  readonly [Type in PoolingType]: (scope: Scope, encoded: Encoded, mask: Value) => Value;
} = {
  first: (_, { states }) => firstPooling(states),
  last: (_, { states, backwardFinal }, mask) => {
    if (!backwardFinal) return lastPooling(states, mask);
    const backward = backwardFinal.shape.at(-1) as number;
    return concat([lastPooling(trim(states, -1, 0, backward), mask), backwardFinal], -1);
  },
  mean: (_, { states }, mask) => meanPooling(states, mask),
  max: (_, { states }, mask) => maxPooling(states, mask),
  attention: (scope, { states }, mask) => attentionPooling(scope, 'attention', states, mask),
};
