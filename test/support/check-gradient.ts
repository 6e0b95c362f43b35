import { expect } from 'vitest';
import { createRandom } from '../../src/data/random';
import { add, constant, input, mul, sum } from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Value } from '../../src/graph/ops';
import type { Shape } from '../../src/graph/shape';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { executor, intTensor } from './run';

export interface GradientCase {
  readonly name: string;
  /** Shapes of the differentiated inputs; named sizes are given in `sizes`. */
  readonly inputs: readonly Shape[];
  readonly sizes?: Readonly<Record<string, number>>;
  /** Where the inputs are drawn from: away from kinks and poles. Default [-1, 1]. */
  readonly range?: readonly [number, number];
  /** A further int64 input `[...]` with its values. */
  readonly ids?: { readonly shape: readonly number[]; readonly data: readonly number[] };
  readonly build: (inputs: readonly Value[], ids?: Value) => Value | readonly Value[];
}

/**
 * Holds the gradients that differentiation builds against centred differences, both run by
 * onnxruntime: L = sum of all results times fixed random weights, dL/dx for every entry of x.
 * Float32 and a step of 1e-2 give about three digits.
 */
export async function checkGradient({ name, inputs, sizes = {}, range = [-1, 1], ids, build }: GradientCase) {
  const random = createRandom(7);
  const uniform = (low: number, high: number) => low + (high - low) * random.next();
  const concrete = (shape: Shape) => shape.map((dim) => (typeof dim === 'string' ? sizes[dim]! : dim));
  const values = inputs.map((shape, i) => input(`x${i}`, shape));
  const idsValue = ids && input('ids', ids.shape, 'int64');
  const built = build(values, idsValue);
  const results = Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
  const weights = results.map(({ shape }, i) => input(`w${i}`, shape));
  const loss = results
    .map((result, i) => mul(result, weights[i]!))
    .map((product) =>
      sum(
        product,
        product.shape.map((_, axis) => axis),
      ),
    )
    .reduce((a, b) => add(a, b));
  const gradients = differentiate([loss], [constant(1)], values);

  const feeds: Record<string, Tensor> = ids ? { ids: intTensor(ids.shape, ids.data) } : {};
  for (const value of [...values, ...weights]) {
    const shape = concrete(value.shape);
    const [low, high] = value.name!.startsWith('x') ? range : [-1, 1];
    const size = shape.reduce((count, dim) => count * dim, 1);
    feeds[value.name!] = floatTensor(
      shape,
      Array.from({ length: size }, () => uniform(low, high)),
    );
  }
  const executable = await executor.compile({
    name,
    inputs: [...values, ...weights, ...(idsValue ? [idsValue] : [])],
    outputs: { loss, ...Object.fromEntries(gradients.map((gradient, i) => [`grad${i}`, gradient!])) },
  });
  const found = await executable.run(feeds);
  const lossAt = async () => (await executable.run(feeds)).loss!.data[0] as number;

  const step = 1e-2;
  for (const [i, value] of values.entries()) {
    const { data } = feeds[value.name!]! as { data: Float32Array };
    expect(found[`grad${i}`]!.shape).toEqual(concrete(value.shape));
    for (let entry = 0; entry < data.length; entry++) {
      const at = data[entry]!;
      data[entry] = at + step;
      const above = await lossAt();
      data[entry] = at - step;
      const below = await lossAt();
      data[entry] = at;
      const expected = (above - below) / (2 * step);
      const actual = found[`grad${i}`]!.data[entry] as number;
      const tolerance = 2e-3 * Math.max(1, Math.abs(expected));
      expect(
        Math.abs(actual - expected),
        `${name}: d/dx${i}[${entry}] = ${actual}, differences ${expected}`,
      ).toBeLessThan(tolerance);
    }
  }
  await executable.release();
}
