import { add, concat, div, max, mul, pad, sub, sum, trim } from '../graph/build';
import type { Value } from '../graph/ops';
import type { RecurrentResult } from './recurrent';

export type PoolingType = 'last' | 'mean' | 'max';

/** Lower than any state, yet finite: what padding looks like to a maximum. */
const VERY_LOW = -1e30;

/** `states [time, batch, features], mask [time, batch, 1] -> [batch, features]`, over true tokens only. */
export const meanPooling = (states: Value, mask: Value): Value =>
  sum(mul(states, div(mask, sum(mask, [0], true))), [0]);

export const maxPooling = (states: Value, mask: Value): Value =>
  max(add(mul(states, mask), mul(sub(1, mask), VERY_LOW)), [0]);

/** The state at each text's last token: where the mask is 1 and the next one is not. */
export function lastPooling(states: Value, mask: Value): Value {
  const next = pad(trim(mask, 0, 1, 0), 0, 0, 1);
  return sum(mul(states, sub(mask, next)), [0]);
}

/**
 * One vector for each text. `last` means the end of each direction's own way: the last token
 * going forward, the first token going backward.
 */
export function pool(
  type: PoolingType,
  { states, backwardFinal }: RecurrentResult,
  mask: Value,
  hidden: number,
): Value {
  if (type === 'mean') return meanPooling(states, mask);
  if (type === 'max') return maxPooling(states, mask);
  if (!backwardFinal) return lastPooling(states, mask);
  const width = states.shape.at(-1) as number;
  return concat([lastPooling(trim(states, -1, 0, width - hidden), mask), backwardFinal], -1);
}
