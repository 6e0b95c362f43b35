import { concat, convolution, relu } from '../graph/build';
import type { Value } from '../graph/ops';
import { fanIn } from './layers';
import type { Scope } from './scope';

/**
 * Convolutions over time, side by side (Kim 2014): `x [time, batch, features] -> [time, batch, widths * filters]`,
 * rectified. Each is torch.nn.Conv1d with padding 'same': a filter of an even width sees one token
 * more to come than have been. Padding of `x` must be zeros.
 */
export function convolutions(
  scope: Scope,
  name: string,
  x: Value,
  { widths, filters }: { readonly widths: readonly number[]; readonly filters: number },
): Value {
  const features = x.shape.at(-1) as number;
  const results = widths.map((width, i) => {
    const initializer = fanIn(width * features);
    const weight = scope.parameter(`${name}.${i}.weight`, [width * features, filters], initializer);
    const bias = scope.parameter(`${name}.${i}.bias`, [filters], initializer);
    return convolution(x, weight, bias, { width, before: Math.floor((width - 1) / 2) });
  });
  return relu(concat(results, -1));
}
