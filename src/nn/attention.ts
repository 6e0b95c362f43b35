import { add, gatherRows, matmul, mul, range, reshape, softmax, split, transpose } from '../graph/build';
import type { Value } from '../graph/ops';
import type { Dim } from '../graph/shape';
import { dropout, type LinearStart, linear } from './layers';
import { lowAtPadding } from './pooling';
import type { Scope } from './scope';

export interface AttentionOptions {
  readonly heads: number;
  readonly projections: ProjectionType;
  /** Of the shares that a token pays to the others. */
  readonly dropout: number;
  /** How the matrix that joins the heads starts. */
  readonly start: LinearStart;
  /** Whether only the first token asks: the others serve as keys and values, and have no result. */
  readonly firstOnly: boolean;
}

/**
 * As torch.nn.MultiheadAttention, `x [time, batch, features]` to the same shape, or to `[1, batch, features]` with
 * `firstOnly`: softmax(Q K' / sqrt d) V for each head of d features, of which no token attends to padding.
 *
 * @param padding see `attentionPadding`
 */
export function selfAttention(
  scope: Scope,
  name: string,
  x: Value,
  padding: Value,
  options: AttentionOptions,
): Value {
  const { heads, start } = options;
  const size = x.shape.at(-1) as number;
  const width = size / heads;
  const [q, k, v] = projections[options.projections](scope, name, x, options).map((part) =>
    transpose(reshape(part, [...(part.shape.slice(0, 2) as [Dim, Dim]), heads, width]), [1, 2, 0, 3]),
  );
  const scores = matmul(mul(q!, 1 / Math.sqrt(width)), k!, { transposeB: true });
  const shares = dropout(scope, `${name}.shares`, softmax(add(scores, padding)), options.dropout);
  const byToken = transpose(matmul(shares, v!), [2, 0, 1, 3]);
  const joined = reshape(byToken, [...byToken.shape.slice(0, 2), size]);
  return linear(scope, `${name}.output`, joined, size, start);
}

/** `mask [time, batch, 1] -> [batch, 1, 1, time]`: what all layers add to their scores. */
export function attentionPadding(mask: Value): Value {
  const [time, batch] = mask.shape as [Dim, Dim, 1];
  return reshape(transpose(lowAtPadding(mask), [1, 2, 0]), [batch, 1, 1, time]);
}

/** `x [time, ...] -> [1, ...]`. */
export const firstOf = (x: Value): Value => gatherRows(x, range(1));

/** Queries, keys and values, of every token or (the queries) of the first one. */
type Projection = (scope: Scope, name: string, x: Value, options: AttentionOptions) => Value[];
type ProjectionType = 'joint' | 'separate';

const projections: { readonly [Type in ProjectionType]: Projection } = {
  /** One matrix, as PyTorch has it and starts it. */
  joint: (scope, name, x, { firstOnly }) => {
    const size = x.shape.at(-1) as number;
    const start = {
      weight: { type: 'uniform', bound: Math.sqrt(6 / (4 * size)) },
      bias: { type: 'zeros' },
    } as const;
    const [q, k, v] = split(linear(scope, `${name}.input`, x, 3 * size, start), -1, [size, size, size]);
    return [firstOnly ? firstOf(q!) : q!, k!, v!];
  },
  /** A matrix for each, as Hugging Face's encoders have them. */
  separate: (scope, name, x, { firstOnly, start }) => {
    const size = x.shape.at(-1) as number;
    return [
      linear(scope, `${name}.query`, firstOnly ? firstOf(x) : x, size, start),
      linear(scope, `${name}.key`, x, size, start),
      linear(scope, `${name}.value`, x, size, start),
    ];
  },
};
