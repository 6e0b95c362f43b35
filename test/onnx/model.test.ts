import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import * as g from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Program } from '../../src/graph/program';
import { recurrent } from '../../src/nn/recurrent';
import { Scope } from '../../src/nn/scope';
import { toOnnx } from '../../src/onnx/model';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { inferenceProgram } from '../../src/trainer/programs';
import { expectClose } from '../support/close';
import { executor, intTensor } from '../support/run';
import { maskOf } from '../support/torch';

async function namesOf(program: Program, weights?: ReadonlyMap<string, Float32Array>) {
  const session = await InferenceSession.create(toOnnx(program, weights));
  const names = { inputs: session.inputNames, outputs: session.outputNames };
  await session.release();
  return names;
}

async function run(program: Program, feeds: Record<string, Tensor>, weights?: Map<string, Float32Array>) {
  const executable = await executor.compile(program, weights);
  const results = await executable.run(feeds);
  await executable.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

describe('names of a model', () => {
  const x = g.input('x', [2]);
  const y = g.input('y', [2]);
  const feeds = { x: floatTensor([2], [1, 2]), y: floatTensor([2], [10, 20]) };

  it('are those of the program, whatever the values are called', async () => {
    const sum = g.named(g.add(x, y), 'x');
    const twice = g.named(g.mul(sum, 2), 'total');
    const program = { name: 'p', inputs: [x, y], outputs: { total: sum, add: twice } };
    expect(await namesOf(program)).toEqual({ inputs: ['x', 'y'], outputs: ['total', 'add'] });
    expect(await run(program, feeds)).toEqual({ total: [11, 22], add: [22, 44] });
  });

  it('may name one value several times, an input, or a constant', async () => {
    const sum = g.add(x, y);
    const outputs = {
      first: sum,
      second: sum,
      given: x,
      again: x,
      five: g.constant([5], [1]),
      sum: g.neg(sum),
    };
    expect(await run({ name: 'p', inputs: [x, y], outputs }, feeds)).toEqual({
      first: [11, 22],
      second: [11, 22],
      given: [1, 2],
      again: [1, 2],
      five: [5],
      sum: [-11, -22],
    });
  });

  it('cost no copy where the value has a node of its own', () => {
    const sum = g.named(g.add(x, y), 'sum');
    const model = fromBinary(
      ModelProtoSchema,
      toOnnx({ name: 'p', inputs: [x, y], outputs: { out: sum, negated: g.neg(sum) } }),
    );
    expect(model.graph!.node.map(({ opType, output }) => [opType, ...output])).toEqual([
      ['Add', 'out'],
      ['Neg', 'negated'],
    ]);
  });

  it('keep inputs that nothing uses', async () => {
    const program = { name: 'p', inputs: [x, y], outputs: { out: g.neg(x) } };
    expect((await namesOf(program)).inputs).toEqual(['x', 'y']);
  });

  it('are not given to two inputs, nor to an input and an output', () => {
    const twin = g.input('x', [2]);
    expect(() => toOnnx({ name: 'p', inputs: [x, twin], outputs: { out: g.add(x, twin) } })).toThrow(
      "'x' twice",
    );
    expect(() => toOnnx({ name: 'p', inputs: [x], outputs: { x: g.neg(x) } })).toThrow("'x' twice");
  });

  it('must be known for all that is used', () => {
    expect(() => toOnnx({ name: 'p', inputs: [x], outputs: { out: g.add(x, y) } })).toThrow(
      "'y' is used but not listed",
    );
    const lost = g.fill(0, ['unheard']);
    expect(() => toOnnx({ name: 'p', inputs: [x], outputs: { lost } })).toThrow("the size 'unheard'");
  });

  it('must all be fed', async () => {
    await expect(
      run({ name: 'p', inputs: [x, y], outputs: { out: g.add(x, y) } }, { x: feeds.x }),
    ).rejects.toThrow("'y' is not fed");
  });
});

describe('weights stored in a model', () => {
  const shape = {
    model: {
      type: 'gru',
      embedding: { size: 2, frozen: false },
      hiddenSize: 3,
      layers: 2,
      bidirectional: true,
      dropout: 0.5,
      pooling: 'max',
      head: { hiddenSize: 4 },
    },
    embeddingSize: 2,
    maxLength: 3,
    task: 'single-label',
    outputs: 3,
    loss: 'crossEntropy',
  } as const;
  const program = inferenceProgram(shape, 6);
  const random = createRandom(9);
  const weights = new Map(
    program.inputs
      .filter(({ dtype }) => dtype === 'float32')
      .map(({ name, shape: dims }) => {
        const size = (dims as number[]).reduce((a, b) => a * b, 1);
        return [name!, Float32Array.from({ length: size }, () => random.normal())];
      }),
  );
  const feeds = {
    input_ids: intTensor([2, 3], [1, 2, 5, 3, 0, 0]),
    attention_mask: intTensor([2, 3], [1, 1, 1, 1, 0, 0]),
  };

  it('equal feeding them', async () => {
    const shapes = new Map(program.inputs.map(({ name, shape: dims }) => [name!, dims as number[]]));
    const fed = Object.fromEntries(
      [...weights].map(([name, data]) => [name, floatTensor(shapes.get(name)!, data)]),
    );
    const stored = await run(program, feeds, weights);
    expect(await run(program, { ...feeds, ...fed })).toEqual(stored);
    expect(stored.logits!.every(Number.isFinite)).toBe(true);
    expect(new Set(stored.logits).size).toBe(6);
  });

  it('leave only the others as inputs', async () => {
    expect(await namesOf(program, weights)).toEqual({
      inputs: ['input_ids', 'attention_mask'],
      outputs: ['logits'],
    });
    const some = new Map([...weights].slice(0, 1));
    const { inputs } = await namesOf(program, some);
    expect(inputs).toEqual(program.inputs.map(({ name }) => name).filter((name) => !some.has(name!)));
  });

  it('are copied as they lie in a larger buffer', async () => {
    const x = g.input('x', [2]);
    const w = g.input('w', [2]);
    const buffer = Float32Array.of(9, 9, 3, 4, 9);
    const results = await run(
      { name: 'p', inputs: [x, w], outputs: { out: g.mul(x, w) } },
      { x: floatTensor([2], [1, 10]) },
      new Map([['w', buffer.subarray(2, 4)]]),
    );
    expect(results.out).toEqual([3, 40]);
  });
});

describe('one session for all batch sizes and lengths', () => {
  /** An LSTM in both directions, its masked states' sum, and the gradients of everything. */
  const scope = new Scope(false);
  const x = g.input('x', ['time', 'batch', 2]);
  const mask = g.input('mask', ['time', 'batch', 1]);
  const options = { cell: 'lstm', hiddenSize: 3, layers: 2, bidirectional: true, dropout: 0 } as const;
  const { states } = recurrent(scope, 'lstm', x, mask, options);
  const loss = g.sum(g.mul(g.tanh(states), mask), [0, 1, 2]);
  const parameters = [...scope.parameters.values()].map(({ value }) => value);
  const sources = [x, ...parameters];
  const gradients = differentiate([loss], [g.constant(1)], sources);
  const program: Program = {
    name: 'lstm',
    inputs: [x, mask, ...parameters],
    outputs: { loss, ...Object.fromEntries(sources.map(({ name }, i) => [`${name}_grad`, gradients[i]!])) },
  };
  const random = createRandom(2);
  const draw = (dims: readonly number[]) => {
    const tensor = floatTensor(dims);
    for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = random.normal();
    return tensor;
  };
  const weights = Object.fromEntries(parameters.map(({ name, shape }) => [name!, draw(shape as number[])]));

  it('sums over texts, run together or one by one', async () => {
    const executable = await executor.compile(program);
    for (const lengths of [[4, 2, 1], [1], [1, 1], [9, 3]]) {
      const [time, batch] = [Math.max(...lengths), lengths.length];
      const together = {
        x: draw([time, batch, 2]),
        mask: floatTensor([time, batch, 1], maskOf(lengths, time)),
      };
      const whole = await executable.run({ ...together, ...weights });
      expect(whole.x_grad!.shape).toEqual([time, batch, 2]);
      const totals = Object.fromEntries(
        Object.entries(whole).map(([name, { data }]) => [name, new Float64Array(data.length)]),
      );
      for (const [text, length] of lengths.entries()) {
        const own = Array.from({ length: length * 2 }, (_, i) => {
          const t = Math.floor(i / 2);
          return together.x.data[(t * batch + text) * 2 + (i % 2)]!;
        });
        const alone = await executable.run({
          x: floatTensor([length, 1, 2], own),
          mask: floatTensor([length, 1, 1], maskOf([length], length)),
          ...weights,
        });
        for (const [name, { data }] of Object.entries(alone)) {
          data.forEach((value, i) => {
            const at = name === 'x_grad' ? (Math.floor(i / 2) * batch + text) * 2 + (i % 2) : i;
            totals[name]![at]! += Number(value);
          });
        }
      }
      for (const [name, { data }] of Object.entries(whole)) {
        expectClose(data as Float32Array, totals[name]!, 1e-5, `${name} of ${lengths}`);
      }
    }
    await executable.release();
  });

  it('twice the same, bit by bit, with buffers of its own and with given ones', async () => {
    const executable = await executor.compile(program);
    const feeds = { x: draw([5, 3, 2]), mask: floatTensor([5, 3, 1], maskOf([5, 4, 2], 5)), ...weights };
    const first = await executable.run(feeds);
    const into = { x_grad: floatTensor([5, 3, 2]), loss: floatTensor([]) };
    const second = await executable.run(feeds, into);
    expect(second.x_grad).toBe(into.x_grad);
    for (const [name, { data }] of Object.entries(first)) expect(second[name]!.data, name).toEqual(data);
    await executable.release();
  });
});

describe('adding to rows from several threads', () => {
  it('loses nothing where ids repeat: exact sums, 50 times over', async () => {
    const [count, rows, width] = [4096, 3, 16];
    const values = g.input('values', ['n', width]);
    const ids = g.input('ids', ['n'], 'int64');
    const executable = await executor.compile({
      name: 'scatter',
      inputs: [values, ids],
      outputs: { sums: g.scatterAddRows(values, ids, rows) },
    });
    const random = createRandom(31);
    const idList = Array.from({ length: count }, () => random.integer(rows));
    // Small whole numbers: float32 adds them exactly, in whatever order.
    const valueList = Array.from({ length: count * width }, () => random.integer(9) - 4);
    const expected = new Float32Array(rows * width);
    valueList.forEach((value, i) => {
      expected[idList[Math.floor(i / width)]! * width + (i % width)]! += value;
    });
    const feeds = { values: floatTensor([count, width], valueList), ids: intTensor([count], idList) };
    for (let i = 0; i < 50; i++) {
      const { sums } = await executable.run(feeds);
      expect(sums!.data, `run ${i}`).toEqual(expected);
    }
    await executable.release();
  });
});
