import {
  add,
  concat,
  constant,
  cos,
  gatherRows,
  gelu,
  matmul,
  mul,
  range,
  reshape,
  sin,
  softmax,
  split,
  toFloat,
  transpose,
  trim,
} from '../graph/build';
import type { Value } from '../graph/ops';
import type { Dim } from '../graph/shape';
import { dropout, linear, normalize } from './layers';
import { lowAtPadding } from './pooling';
import type { Scope } from './scope';

export interface TransformerOptions {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly feedForwardSize: number;
  readonly positions: 'learned' | 'sinusoidal';
  readonly norm: 'pre' | 'post';
  /** After attention and after feed-forward, in each layer. */
  readonly dropout: number;
  /** No text is longer than so many tokens. */
  readonly maxLength: number;
}

/**
 * `x [time, batch, features], mask [time, batch, 1] -> [time, batch, hiddenSize]`: a stack of
 * torch.nn.TransformerEncoderLayer (Vaswani et al. 2017; gelu), with one more norm at the end where norms come
 * first (Xiong et al. 2020).
 */
export function transformer(
  scope: Scope,
  name: string,
  x: Value,
  mask: Value,
  options: TransformerOptions,
): Value {
  const { hiddenSize, layers, norm } = options;
  const projected = x.shape.at(-1) === hiddenSize ? x : linear(scope, `${name}.projection`, x, hiddenSize);
  const places = positions[options.positions](scope, `${name}.positions`, x.shape[0]!, options);
  let states = add(projected, places);
  for (let layer = 0; layer < layers; layer++) {
    states = encoderLayer(scope, `${name}.${layer}`, states, mask, options);
  }
  return norm === 'pre' ? normalize(scope, `${name}.norm`, states) : states;
}

function encoderLayer(
  scope: Scope,
  name: string,
  states: Value,
  mask: Value,
  options: TransformerOptions,
): Value {
  const attend = (x: Value) => selfAttention(scope, `${name}.attention`, x, mask, options.heads);
  const feed = (x: Value) => {
    const hidden = gelu(linear(scope, `${name}.feedForward.hidden`, x, options.feedForwardSize));
    return linear(scope, `${name}.feedForward.output`, hidden, options.hiddenSize);
  };
  const between = residual[options.norm];
  const attended = between(scope, `${name}.attention`, states, attend, options.dropout);
  return between(scope, `${name}.feedForward`, attended, feed, options.dropout);
}

type Residual = (
  scope: Scope,
  name: string,
  x: Value,
  block: (x: Value) => Value,
  dropoutRate: number,
) => Value;

/** A block beside which its input passes on. */
const residual: { readonly [Norm in TransformerOptions['norm']]: Residual } = {
  pre: (scope, name, x, block, rate) =>
    add(x, dropout(scope, name, block(normalize(scope, `${name}.norm`, x)), rate)),
  post: (scope, name, x, block, rate) =>
    normalize(scope, `${name}.norm`, add(x, dropout(scope, name, block(x), rate))),
};

/**
 * As torch.nn.MultiheadAttention: softmax(Q K' / sqrt d) V for each head of d features, of which no token
 * attends to padding. Weights start as PyTorch's.
 */
function selfAttention(scope: Scope, name: string, x: Value, mask: Value, heads: number): Value {
  const [time, batch, size] = x.shape as [Dim, Dim, number];
  const width = size / heads;
  const xavier = { type: 'uniform', bound: Math.sqrt(6 / (4 * size)) } as const;
  const projected = linear(scope, `${name}.input`, x, 3 * size, { weight: xavier, bias: { type: 'zeros' } });
  const [q, k, v] = split(projected, -1, [size, size, size]).map((part) =>
    transpose(reshape(part, [time, batch, heads, width]), [1, 2, 0, 3]),
  );
  const padding = reshape(transpose(lowAtPadding(mask), [1, 2, 0]), [batch, 1, 1, time]);
  const scores = matmul(mul(q!, 1 / Math.sqrt(width)), k!, { transposeB: true });
  const attended = matmul(softmax(add(scores, padding)), v!);
  const joined = reshape(transpose(attended, [2, 0, 1, 3]), [time, batch, size]);
  return linear(scope, `${name}.output`, joined, size, { bias: { type: 'zeros' } });
}

type Positions = (scope: Scope, name: string, time: Dim, options: TransformerOptions) => Value;

/** A vector for each place in a text, to be added to the words': `[time, 1, hiddenSize]`. */
const positions: { readonly [Type in TransformerOptions['positions']]: Positions } = {
  /** A table, started as BERT's. */
  learned: (scope, name, time, { maxLength, hiddenSize }) => {
    const table = scope.parameter(name, [maxLength, hiddenSize], { type: 'normal', deviation: 0.02 });
    return reshape(gatherRows(table, range(time)), [time, 1, hiddenSize]);
  },
  /** sin(p / 10000^(2i / size)) at the even feature 2i of place p, the cosine at the odd one after it. */
  sinusoidal: (_scope, _name, time, { hiddenSize }) => {
    const pairs = Math.ceil(hiddenSize / 2);
    const frequencies = Array.from({ length: pairs }, (_, i) => 10_000 ** ((-2 * i) / hiddenSize));
    const angles = mul(reshape(toFloat(range(time)), [time, 1, 1]), constant(frequencies, [pairs, 1]));
    const waves = reshape(concat([sin(angles), cos(angles)], -1), [time, 1, 2 * pairs]);
    return trim(waves, -1, 0, 2 * pairs - hiddenSize);
  },
};
