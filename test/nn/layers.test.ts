import { describe, expect, it } from 'vitest';
import * as g from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Value } from '../../src/graph/ops';
import { dropout, linear } from '../../src/nn/layers';
import { createOptimizer } from '../../src/nn/optimizers';
import { lastPooling, maxPooling, meanPooling, pool } from '../../src/nn/pooling';
import { Scope } from '../../src/nn/scope';
import { RowTable } from '../../src/trainer/row-table';
import { expectClose } from '../support/close';
import { evaluate, floatTensor, intTensor } from '../support/run';
import { maskOf, type TorchTensor, type TorchTensors, torchCases, transposed } from '../support/torch';

interface LayerCase {
  readonly name: string;
  readonly op: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputs: TorchTensors;
  readonly output: TorchTensor;
  readonly w: TorchTensor;
  readonly gradients: TorchTensors;
}

/** An operation of the fixtures, in terms of its inputs (`lengths` as the mask of x). */
type Layer = (inputs: Readonly<Record<string, Value>>, fixture: LayerCase) => Value;

const unary =
  (build: (x: Value) => Value): Layer =>
  ({ input }) =>
    build(input!);

const layers: Readonly<Record<string, Layer>> = {
  // As PyTorch's: x W' + b, with W [out, in].
  linear: ({ input, weight, bias }) => {
    const product = g.matmul(input!, weight!, { transposeB: true });
    return bias ? g.add(product, bias) : product;
  },
  embedding: ({ weight, ids }) => g.gatherRows(weight!, ids!),
  maskedMean: ({ x, lengths: mask }) => meanPooling(x!, mask!),
  maskedMax: ({ x, lengths: mask }) => maxPooling(x!, mask!),
  last: ({ x, lengths: mask }, { attributes }) => {
    if (!attributes.bidirectional) return lastPooling(x!, mask!);
    const [time, batch, width] = x!.shape as [number, number, number];
    const half = width / 2;
    const firstStates = g.reshape(g.trim(x!, 0, 0, time - 1), [batch, width]);
    const encoded = { states: x!, backwardFinal: g.trim(firstStates, -1, half, 0) };
    return pool.last(new Scope(true), encoded, mask!);
  },
  relu: unary(g.relu),
  tanh: unary(g.tanh),
  sigmoid: unary(g.sigmoid),
  softmax: unary(g.softmax),
  logSoftmax: unary(g.logSoftmax),
  layerNorm: ({ x, weight, bias }, { attributes }) =>
    g.layerNorm(x!, weight!, bias!, attributes.epsilon as number),
};

const cases = torchCases<LayerCase>('layers');
const isFloat = (fixture: LayerCase, name: string) => fixture.gradients[name] !== undefined;

describe('layers and activations equal PyTorch', () => {
  for (const fixture of cases) {
    it(fixture.name, async () => {
      const layer = layers[fixture.op]!;
      const tensors = Object.fromEntries(
        Object.entries(fixture.inputs).map(([name, { shape, data }]) => {
          if (name === 'ids') return [name, intTensor(shape, data)];
          if (isFloat(fixture, name)) return [name, floatTensor(shape, data)];
          const [time, batch] = fixture.inputs.x!.shape as [number, number];
          return [name, floatTensor([time, batch, 1], maskOf(data, time))];
        }),
      );
      const values = Object.fromEntries(
        Object.entries(tensors).map(([name, { shape, dtype }]) => [name, g.input(name, shape, dtype)]),
      );
      const output = layer(values, fixture);
      const w = g.input('w', fixture.w.shape);
      const loss = g.sum(
        g.mul(output, w),
        output.shape.map((_, axis) => axis),
      );
      const wanted = Object.keys(fixture.gradients);
      const gradients = differentiate(
        [loss],
        [g.constant(1)],
        wanted.map((name) => values[name]!),
      );
      const results = await evaluate(
        { output, ...Object.fromEntries(wanted.map((name, i) => [`${name}_grad`, gradients[i]!])) },
        [...Object.values(values), w],
        { ...tensors, w: floatTensor(fixture.w.shape, fixture.w.data) },
      );
      expectClose(results.output!, fixture.output.data, 1e-5, 'output');
      for (const name of wanted) {
        const gradient = results[`${name}_grad`]!;
        // The padding row is left out by the row table (below), not by the operation.
        if (fixture.op === 'embedding') gradient.fill(0, 0, fixture.inputs.weight!.shape[1]!);
        expectClose(gradient, fixture.gradients[name]!.data, 1e-5, `gradient of ${name}`);
      }
    });
  }

  it('tries every operation', () => {
    const named = new Set(cases.map(({ op }) => op));
    expect([...named].sort()).toEqual(Object.keys(layers).sort());
  });
});

describe('the linear layer', () => {
  for (const fixture of cases.filter(({ op, inputs }) => op === 'linear' && inputs.bias)) {
    it(`holds its weight transposed: ${fixture.name}`, async () => {
      const { input: given, weight, bias } = fixture.inputs;
      const scope = new Scope(true);
      const x = g.input('x', given!.shape);
      const output = linear(scope, 'output', x, weight!.shape[0]!);
      const parameters = [...scope.parameters.values()];
      expect(parameters.map(({ spec }) => [spec.name, spec.shape])).toEqual([
        ['output.weight', [weight!.shape[1], weight!.shape[0]]],
        ['output.bias', bias!.shape],
      ]);
      const results = await evaluate({ output }, [x, ...parameters.map(({ value }) => value)], {
        x: floatTensor(given!.shape, given!.data),
        'output.weight': floatTensor(transposed(weight!).shape, transposed(weight!).data),
        'output.bias': floatTensor(bias!.shape, bias!.data),
      });
      expectClose(results.output!, fixture.output.data, 1e-5, 'output');
    });
  }

  it('starts within the bounds of torch.nn.Linear', () => {
    const scope = new Scope(true);
    linear(scope, 'output', g.input('x', ['batch', 16]), 3);
    for (const { spec } of scope.parameters.values()) {
      expect(spec.initializer).toEqual({ type: 'uniform', bound: 1 / 4 });
    }
  });

  it('is not declared twice', () => {
    const scope = new Scope(true);
    linear(scope, 'output', g.input('x', ['batch', 2]), 3);
    expect(() => linear(scope, 'output', g.input('x', ['batch', 2]), 3)).toThrow("'output.weight'");
  });
});

describe('the embedding table', () => {
  it('equals torch.nn.functional.embedding with padding_idx 0', () => {
    const fixture = cases.find(({ op }) => op === 'embedding')!;
    const { ids, weight } = fixture.inputs;
    const options = { learningRate: 1, momentum: 0, nesterov: false, weightDecay: 0 };
    const optimizer = createOptimizer({ type: 'sgd', ...options });
    const table = new RowTable(Float32Array.from(weight!.data), weight!.shape[0]!, optimizer);
    expectClose(table.gather(ids!.data), fixture.output.data, 0, 'output');
    table.gradient.set(fixture.w.data);
    table.accumulate();
    table.table.fill(0);
    table.update(1, 1, 1);
    expectClose(
      table.table.map((value) => -value),
      fixture.gradients.weight!.data,
      1e-5,
      'gradient',
    );
  });
});

describe('dropout', () => {
  it('multiplies by a mask that is fed, in training alone', async () => {
    const x = g.input('x', ['batch', 2]);
    const scope = new Scope(true);
    const output = dropout(scope, 'head', x, 0.25);
    expect(scope.dropoutMasks.map(({ mask }) => mask)).toEqual([
      { name: 'head_dropout', shape: ['batch', 2], rate: 0.25 },
    ]);
    const results = await evaluate({ output }, [x, scope.dropoutMasks[0]!.value], {
      x: floatTensor([2, 2], [1, 2, 3, 4]),
      head_dropout: floatTensor([2, 2], [0, 2, 2, 0]),
    });
    expect([...results.output!]).toEqual([0, 4, 6, 0]);
  });

  it('leaves the graph as it is in evaluation, and at rate 0', () => {
    const x = g.input('x', ['batch', 2]);
    const evaluation = new Scope(false);
    expect(dropout(evaluation, 'head', x, 0.5)).toBe(x);
    const training = new Scope(true);
    expect(dropout(training, 'head', x, 0)).toBe(x);
    expect([...evaluation.dropoutMasks, ...training.dropoutMasks]).toEqual([]);
  });
});
