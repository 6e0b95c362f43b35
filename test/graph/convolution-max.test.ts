/**
 * The largest values of a convolution, and their gradients, as one operation and as several: a convolution at
 * every time, then its masked maximum, whose gradient passes through all times.
 */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import * as g from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Value } from '../../src/graph/ops';
import { maxPooling } from '../../src/nn/pooling';
import type { Executor } from '../../src/runtime/executor';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { expectClose } from '../support/close';
import { floatTensor } from '../support/run';

const x = g.input('x', ['time', 'batch', 3]);
const mask = g.input('mask', ['time', 'batch', 1]);

/** Runs `build(weight, bias)` and its gradients on random texts that end at random places. */
async function run(
  executor: Executor,
  seed: number,
  build: (weight: Value, bias: Value, window: { width: number; before: number }) => Value,
) {
  const random = createRandom(seed);
  const [time, batch] = [1 + random.integer(9), 1 + random.integer(5)];
  const [width, filters] = [1 + random.integer(6), 1 + random.integer(7)];
  const before = random.integer(width);
  const weight = g.input('weight', [width * 3, filters]);
  const bias = g.input('bias', [filters]);
  const y = build(weight, bias, { width, before });
  const seeds = g.input('seeds', ['batch', filters]);
  const sources = [x, weight, bias];
  const gradients = differentiate([y], [seeds], sources);
  const draw = (...shape: number[]) => {
    const tensor = floatTensor(shape);
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = random.normal();
    return tensor;
  };
  const lengths = Array.from({ length: batch }, () => 1 + random.integer(time));
  const counts = Array.from({ length: time }, (_, t) => lengths.map((length) => (t < length ? 1 : 0)));
  const executable = await executor.compile({
    name: 'convolution',
    inputs: [x, mask, weight, bias, seeds],
    outputs: { y, ...Object.fromEntries(sources.map(({ name }, i) => [`${name}_grad`, gradients[i]!])) },
  });
  const results = await executable.run({
    x: draw(time, batch, 3),
    mask: floatTensor([time, batch, 1], counts.flat()),
    weight: draw(width * 3, filters),
    bias: draw(filters),
    seeds: draw(batch, filters),
  });
  await executable.release();
  return results;
}

describe.each([1, 2])('the largest values of a convolution, in %i threads', (threads) => {
  const executor = onnxruntimeExecutor({ threads });
  it('have the gradients of a maximum over all times', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const together = await run(executor, seed, (weight, bias, window) =>
        g.convolutionMax(x, weight, bias, mask, window),
      );
      const apart = await run(executor, seed, (weight, bias, window) =>
        g.max(g.add(g.convolution(x, weight, bias, window), g.mul(g.sub(1, mask), -1e30)), [0]),
      );
      for (const [name, { shape, data }] of Object.entries(apart)) {
        expect(together[name]!.shape, `${name}, seed ${seed}`).toEqual(shape);
        const found = together[name]!.data as Float32Array;
        expectClose(found, data as Float32Array, 1e-5, `${name}, seed ${seed}`);
      }
    }
  });
});

describe('max pooling', () => {
  const weight = g.input('weight', [9, 2]);
  const bias = g.input('bias', [2]);
  const convolved = g.convolution(x, weight, bias, { width: 3, before: 1 });
  const opsOf = (value: Value): string[] => [
    value.node.op,
    ...value.node.inputs.flatMap((operand) => opsOf(operand)),
  ];

  it('takes a convolution and its maximum together, behind a rectifier and side by side', () => {
    const ops = opsOf(maxPooling(g.relu(g.concat([convolved, g.tanh(convolved)], -1)), mask));
    expect(ops.slice(0, 3)).toEqual(['relu', 'concat', 'convolutionMax']);
    expect(ops.filter((op) => op === 'max' || op === 'convolution')).toEqual(['max', 'convolution']);
  });

  it('leaves alone what is joined along another axis', () => {
    const parts = [1, 2].map((time) => g.input('x', [time, 4, 3]));
    const ops = opsOf(maxPooling(g.concat(parts, 0), g.input('mask', [3, 4, 1])));
    expect(ops[0]).toBe('max');
  });
});
