import { add } from '../graph/build';
import type { Value } from '../graph/ops';
import { type AttentionOptions, firstOf, selfAttention } from './attention';
import { dropout, type LinearStart, linear, normalize } from './layers';
import type { Scope } from './scope';

export interface LayerOptions {
  readonly attention: AttentionOptions;
  readonly feedForwardSize: number;
  readonly activation: (x: Value) => Value;
  /** Whether a block's input is normalized before the block, or the sum after it. */
  readonly norm: 'pre' | 'post';
  readonly normEpsilon: number;
  /** How the matrices of the feed-forward block start. */
  readonly start: LinearStart;
  /** Of what each block gives, before its input is added. */
  readonly dropout: { readonly attention: number; readonly feedForward: number };
}

/**
 * One layer of an encoder (Vaswani et al. 2017): attention and feed-forward, each beside what passes on.
 * `states [time, batch, features]` to the same shape, or to `[1, batch, features]` where only the first token asks.
 *
 * @param padding see `attentionPadding`
 */
export function transformerLayer(
  scope: Scope,
  name: string,
  states: Value,
  padding: Value,
  options: LayerOptions,
): Value {
  const attended = residual[options.norm](scope, `${name}.attention`, states, {
    block: (x) => selfAttention(scope, `${name}.attention`, x, padding, options.attention),
    passing: options.attention.firstOnly ? firstOf(states) : states,
    epsilon: options.normEpsilon,
    dropout: options.dropout.attention,
  });
  return residual[options.norm](scope, `${name}.feedForward`, attended, {
    block: (x) => feedForward(scope, `${name}.feedForward`, x, options),
    passing: attended,
    epsilon: options.normEpsilon,
    dropout: options.dropout.feedForward,
  });
}

function feedForward(scope: Scope, name: string, x: Value, options: LayerOptions): Value {
  const hidden = linear(scope, `${name}.hidden`, x, options.feedForwardSize, options.start);
  return linear(scope, `${name}.output`, options.activation(hidden), x.shape.at(-1) as number, options.start);
}

interface Beside {
  readonly block: (x: Value) => Value;
  /** What of the input passes by the block. */
  readonly passing: Value;
  readonly epsilon: number;
  readonly dropout: number;
}

type Residual = (scope: Scope, name: string, x: Value, beside: Beside) => Value;

const residual: { readonly [Norm in LayerOptions['norm']]: Residual } = {
  pre: (scope, name, x, { block, passing, epsilon, dropout: rate }) =>
    add(passing, dropout(scope, name, block(normalize(scope, `${name}.norm`, x, epsilon)), rate)),
  post: (scope, name, x, { block, passing, epsilon, dropout: rate }) =>
    normalize(scope, `${name}.norm`, add(passing, dropout(scope, name, block(x), rate)), epsilon),
};
