import {
  add,
  concat,
  constant,
  cos,
  gatherRows,
  gelu,
  mul,
  range,
  reshape,
  sin,
  toFloat,
  trim,
} from '../graph/build';
import type { Value } from '../graph/ops';
import type { Dim } from '../graph/shape';
import { attentionPadding } from './attention';
import { linear, normalize } from './layers';
import type { Scope } from './scope';
import { type LayerOptions, transformerLayer } from './transformer-layer';

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
  const { hiddenSize, layers, norm, heads, feedForwardSize, dropout } = options;
  const projected = x.shape.at(-1) === hiddenSize ? x : linear(scope, `${name}.projection`, x, hiddenSize);
  const places = positions[options.positions](scope, `${name}.positions`, x.shape[0]!, options);
  const padding = attentionPadding(mask);
  const layerOptions: LayerOptions = {
    attention: {
      heads,
      projections: 'joint',
      dropout: 0,
      start: { bias: { type: 'zeros' } },
      firstOnly: false,
    },
    feedForwardSize,
    activation: gelu,
    norm,
    normEpsilon: 1e-5,
    start: {},
    dropout: { attention: dropout, feedForward: dropout },
  };
  let states = add(projected, places);
  for (let layer = 0; layer < layers; layer++) {
    states = transformerLayer(scope, `${name}.${layer}`, states, padding, layerOptions);
  }
  return norm === 'pre' ? normalize(scope, `${name}.norm`, states) : states;
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
