import { describe, expect, it } from 'vitest';
import { createOptimizer } from '../../src/nn/optimizers';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { makeBatch } from '../../src/trainer/batch';
import { EMBEDDING, evaluationProgram, gradientProgram, inferenceProgram } from '../../src/trainer/programs';
import { RowTable } from '../../src/trainer/row-table';
import { expectClose } from '../support/close';
import { executor, intTensor } from '../support/run';
import {
  fromTorch,
  modelShapeOf,
  type TorchBatch,
  type TorchClassifier,
  type TorchTensor,
  type TorchTensors,
  textsOf,
  torchCases,
} from '../support/torch';

interface ClassifierCase extends TorchClassifier, TorchBatch {
  readonly logits: TorchTensor;
  readonly gradients: TorchTensors;
}

const TOLERANCE = 1e-5;
const cases = torchCases<ClassifierCase>('classifier');

/** With this, one step at learning rate 1 from a table of zeros leaves the gradient, negated. */
const plainSgd = createOptimizer({
  type: 'sgd',
  learningRate: 1,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
});

const weightTensors = (fixture: ClassifierCase): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(fromTorch(fixture.cell, fixture.weights)).map(([name, { shape, data }]) => [
      name,
      floatTensor(shape, data),
    ]),
  );

function prepare(fixture: ClassifierCase) {
  const batch = makeBatch(textsOf(fixture), fixture.outputs);
  const table = new RowTable(
    Float32Array.from(fixture.weights[EMBEDDING]!.data),
    fixture.vocabularySize,
    plainSgd,
  );
  const embedded = floatTensor([batch.time, batch.size, fixture.embeddingSize]);
  table.gather(batch.ids, embedded.data);
  const feeds = {
    embedded,
    mask: batch.mask,
    targets: batch.targets,
    rows: floatTensor([], [batch.size]),
    ...weightTensors(fixture),
  };
  return { batch, table, feeds };
}

describe('classifiers equal PyTorch: logits, loss and every gradient', () => {
  for (const fixture of cases) {
    it(fixture.name, async () => {
      const { batch, table, feeds } = prepare(fixture);
      const { program, parameters, dropoutMasks } = gradientProgram(modelShapeOf(fixture), true);
      expect(dropoutMasks).toEqual([]);
      const executable = await executor.compile(program);
      const results = await executable.run(feeds);
      await executable.release();

      expect(results.logits!.shape).toEqual(fixture.logits.shape);
      expectClose(results.logits!.data as Float32Array, fixture.logits.data, TOLERANCE, 'logits');
      expectClose(results.loss!.data as Float32Array, [fixture.lossValue], TOLERANCE, 'loss');

      const expected = fromTorch(fixture.cell, fixture.gradients);
      expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, { shape, data }] of Object.entries(expected)) {
        const gradient = results[`${name}_grad`]!;
        expect(gradient.shape).toEqual(shape);
        expectClose(gradient.data as Float32Array, data, TOLERANCE, `gradient of ${name}`);
      }
      const squares = Object.values(expected).flatMap(({ data }) => data.map((value) => value * value));
      expectClose(
        results.squares!.data as Float32Array,
        [squares.reduce((a, b) => a + b, 0)],
        TOLERANCE,
        'squares',
      );

      table.gradient.set(results.embedded_grad!.data as Float32Array);
      const rowSquares = table.accumulate(batch.ids);
      table.table.fill(0);
      table.update(1, 1, 1);
      const rowGradient = fixture.gradients[EMBEDDING]!.data;
      expectClose(
        table.table.map((value) => -value),
        rowGradient,
        TOLERANCE,
        'gradient of the table',
      );
      const expectedSquares = rowGradient.reduce((total, value) => total + value * value, 0);
      expectClose([rowSquares], [expectedSquares], TOLERANCE, 'squares of the table');
    });
  }

  it('tries every cell, pooling, head and loss', () => {
    const seen = (key: keyof ClassifierCase) => [...new Set(cases.map((fixture) => fixture[key]))].sort();
    expect(seen('cell')).toEqual(['gru', 'lstm', 'rnn']);
    expect(seen('pooling')).toEqual(['last', 'max', 'mean']);
    expect(seen('headSize')).toEqual([0, 5]);
    expect(seen('loss')).toEqual(['bceWithLogits', 'crossEntropy']);
  });
});

describe('the programs that only read the weights give the same logits', () => {
  for (const fixture of cases.filter(({ pooling }) => pooling === 'last')) {
    it(`evaluation and inference: ${fixture.name}`, async () => {
      const { feeds } = prepare(fixture);
      const evaluation = await executor.compile(evaluationProgram(modelShapeOf(fixture)));
      const evaluated = await evaluation.run(feeds);
      expectClose(evaluated.logits!.data as Float32Array, fixture.logits.data, TOLERANCE, 'logits');
      expectClose(evaluated.loss!.data as Float32Array, [fixture.lossValue], TOLERANCE, 'loss');
      await evaluation.release();

      const weights = new Map(
        Object.entries({
          ...fromTorch(fixture.cell, fixture.weights),
          [EMBEDDING]: fixture.weights[EMBEDDING]!,
        }).map(([name, { data }]) => [name, Float32Array.from(data)]),
      );
      const inference = await executor.compile(
        inferenceProgram(modelShapeOf(fixture), fixture.vocabularySize),
        weights,
      );
      const inferred = await inference.run({
        input_ids: intTensor(fixture.ids.shape, fixture.ids.data),
        attention_mask: intTensor(
          fixture.ids.shape,
          fixture.ids.data.map((id) => (id === 0 ? 0 : 1)),
        ),
      });
      expectClose(inferred.logits!.data as Float32Array, fixture.logits.data, TOLERANCE, 'logits');
      await inference.release();
    });
  }
});
