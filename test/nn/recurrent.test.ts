import { describe, expect, it } from 'vitest';
import { constant, input, mul, sum, trim } from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { CellType } from '../../src/nn/cells';
import { lastPooling } from '../../src/nn/pooling';
import { recurrent } from '../../src/nn/recurrent';
import { Scope } from '../../src/nn/scope';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { expectClose } from '../support/close';
import { executor } from '../support/run';
import { fromTorch, maskOf, type TorchTensor, type TorchTensors, torchCases } from '../support/torch';

interface RecurrentCase {
  readonly name: string;
  readonly cell: CellType;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly hiddenSize: number;
  readonly lengths: readonly number[];
  readonly x: TorchTensor;
  readonly w: TorchTensor;
  readonly weights: TorchTensors;
  readonly output: TorchTensor;
  readonly states: TorchTensors;
  readonly lossValue: number;
  readonly gradients: { readonly x: TorchTensor; readonly weights: TorchTensors };
}

const TOLERANCE = 1e-5;

/** Runs the layers and the gradients of sum(output * w) over the true tokens, for each of the given x. */
async function runLayers(fixture: RecurrentCase, xs: readonly (readonly number[])[]) {
  const { cell, layers, bidirectional, hiddenSize, lengths } = fixture;
  const [time, batch, features] = fixture.x.shape as [number, number, number];
  const scope = new Scope(false);
  const x = input('x', ['time', 'batch', features]);
  const mask = input('mask', ['time', 'batch', 1]);
  const w = input('w', ['time', 'batch', fixture.w.shape[2]!]);
  const options = { cell, hiddenSize, layers, bidirectional, dropout: 0 };
  const { states, backwardFinal } = recurrent(scope, cell, x, mask, options);
  const output = mul(states, mask);
  const loss = sum(mul(output, w), [0, 1, 2]);
  const parameters = [...scope.parameters.values()].map(({ value }) => value);
  const gradients = differentiate([loss], [constant(1)], [x, ...parameters]);
  const forwardFinal = lastPooling(trim(states, -1, 0, bidirectional ? hiddenSize : 0), mask);
  const executable = await executor.compile({
    name: fixture.name,
    inputs: [x, mask, w, ...parameters],
    outputs: {
      output,
      loss,
      forwardFinal,
      ...(backwardFinal ? { backwardFinal } : {}),
      ...Object.fromEntries([x, ...parameters].map(({ name }, i) => [`${name}_grad`, gradients[i]!])),
    },
  });
  const weights = fromTorch(cell, fixture.weights);
  expect(Object.keys(weights).sort()).toEqual([...scope.parameters.keys()].sort());
  const feeds: Record<string, Tensor> = {
    mask: floatTensor([time, batch, 1], maskOf(lengths, time)),
    w: floatTensor(fixture.w.shape, fixture.w.data),
    ...Object.fromEntries(
      Object.entries(weights).map(([name, { shape, data }]) => [name, floatTensor(shape, data)]),
    ),
  };
  const results: Record<string, Float32Array>[] = [];
  for (const data of xs) {
    const run = await executable.run({ ...feeds, x: floatTensor([time, batch, features], data) });
    results.push(
      Object.fromEntries(Object.entries(run).map(([name, result]) => [name, result.data as Float32Array])),
    );
  }
  await executable.release();
  return results;
}

/** The rows of h_n [layers * directions, batch, hidden] that belong to one layer and direction. */
function finalState({ states, layers, bidirectional }: RecurrentCase, backward: boolean): readonly number[] {
  const { shape, data } = states.h_n!;
  const size = shape[1]! * shape[2]!;
  const at = bidirectional ? 2 * (layers - 1) + (backward ? 1 : 0) : layers - 1;
  return data.slice(at * size, (at + 1) * size);
}

/** Bit by bit the same values, but for the sign of a zero. */
const positiveZeros = (values: Float32Array) => values.map((value) => value + 0);

describe('recurrent layers equal PyTorch on packed sequences', () => {
  for (const fixture of torchCases<RecurrentCase>('recurrent')) {
    it(fixture.name, async () => {
      const [results] = await runLayers(fixture, [fixture.x.data]);
      const { output, loss, forwardFinal, backwardFinal, x_grad: xGradient, ...rest } = results!;
      expectClose(output!, fixture.output.data, TOLERANCE, 'output');
      expectClose(loss!, [fixture.lossValue], TOLERANCE, 'loss');
      expectClose(forwardFinal!, finalState(fixture, false), TOLERANCE, 'forward h_n');
      expect(backwardFinal !== undefined).toBe(fixture.bidirectional);
      if (backwardFinal) expectClose(backwardFinal, finalState(fixture, true), TOLERANCE, 'backward h_n');

      expectClose(xGradient!, fixture.gradients.x.data, TOLERANCE, 'gradient of x');
      const expected = fromTorch(fixture.cell, fixture.gradients.weights);
      expect(Object.keys(rest).sort()).toEqual(
        Object.keys(expected)
          .map((name) => `${name}_grad`)
          .sort(),
      );
      for (const [name, { data }] of Object.entries(expected)) {
        expectClose(rest[`${name}_grad`]!, data, TOLERANCE, `gradient of ${name}`);
      }
    });

    it(`${fixture.name}: padding has no gradient and no influence`, async () => {
      const [time, batch, features] = fixture.x.shape as [number, number, number];
      const mask = maskOf(fixture.lengths, time);
      const withGarbage = (garbage: (i: number) => number) =>
        fixture.x.data.map((value, i) => (mask[Math.floor(i / features)] === 1 ? value : garbage(i)));
      const [zeros, waves, huge] = await runLayers(fixture, [
        withGarbage(() => 0),
        withGarbage((i) => 40 * Math.sin(i)),
        withGarbage((i) => (i % 2 === 0 ? 1e20 : -1e20)),
      ]);
      expect(mask.filter((on) => on === 0).length).toBe(time * batch - 16);
      for (const [name, values] of Object.entries(zeros!)) {
        expect(positiveZeros(waves![name]!), name).toEqual(positiveZeros(values));
        expect(positiveZeros(huge![name]!), name).toEqual(positiveZeros(values));
      }
      for (const results of [zeros!, waves!, huge!]) {
        const atPadding = results.x_grad!.filter((_, i) => mask[Math.floor(i / features)] === 0);
        expect(atPadding.every((value) => value === 0)).toBe(true);
      }
    });
  }
});
