import { describe, expect, it } from 'vitest';
import type { NetworkOptions } from '../../src/experiment/schema';
import { createOptimizer } from '../../src/nn/optimizers';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { makeBatch } from '../../src/trainer/batch';
import { DistinctWords } from '../../src/trainer/distinct-words';
import {
  EMBEDDING,
  evaluationProgram,
  gradientProgram,
  inferenceProgram,
  type VectorForm,
} from '../../src/trainer/programs';
import { RowTable } from '../../src/trainer/row-table';
import { expectClose } from '../support/close';
import { executor, intTensor } from '../support/run';
import {
  classifierCases,
  fromTorch,
  modelShapeOf,
  type TorchBatch,
  type TorchClassifier,
  type TorchTensor,
  type TorchTensors,
  textsOf,
} from '../support/torch';

interface ClassifierCase extends TorchClassifier, TorchBatch {
  readonly logits: TorchTensor;
  readonly gradients: TorchTensors;
}

const TOLERANCE = 1e-5;
const cases = classifierCases<ClassifierCase>('classifier', 'networks');

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
    Object.entries(fromTorch(fixture.model.type, fixture.weights)).map(([name, { shape, data }]) => [
      name,
      floatTensor(shape, data),
    ]),
  );

function prepare(fixture: ClassifierCase, form: VectorForm) {
  const batch = makeBatch(textsOf(fixture), modelShapeOf(fixture));
  const table = new RowTable(
    Float32Array.from(fixture.weights[EMBEDDING]!.data),
    fixture.vocabularySize,
    plainSgd,
  );
  const width = fixture.model.embedding.size;
  const words = new DistinctWords(fixture.vocabularySize).of(batch);
  const vectors: Record<string, Tensor> =
    form === 'words'
      ? { embedded: floatTensor([words.ids.length, width], table.gather(words.ids)), tokens: words.tokens }
      : { embedded: floatTensor([batch.time, batch.size, width], table.gather(batch.ids)) };
  const feeds = {
    ...vectors,
    mask: batch.mask,
    targets: batch.targets,
    weights: batch.weights,
    divisor: floatTensor([], [batch.divisor]),
    ...weightTensors(fixture),
  };
  return { batch, table, feeds };
}

/** Each form of the vectors, in several threads and in one, for which repeated rows are summed otherwise. */
const forms = [
  { form: 'tokens', runsOn: executor, name: 'a vector a token' },
  { form: 'words', runsOn: executor, name: 'a vector a word' },
  { form: 'words', runsOn: onnxruntimeExecutor({ threads: 1 }), name: 'a vector a word, one thread' },
] as const;

describe.each(forms)(
  'classifiers equal PyTorch: logits, loss and every gradient ($name)',
  ({ form, runsOn }) => {
    for (const fixture of cases) {
      it(fixture.name, async () => {
        const { table, feeds } = prepare(fixture, form);
        const { program, parameters, dropoutMasks } = gradientProgram(modelShapeOf(fixture), true, form);
        expect(dropoutMasks).toEqual([]);
        const executable = await runsOn.compile(program);
        const results = await executable.run(feeds);
        await executable.release();

        expect(results.logits!.shape).toEqual(fixture.logits.shape);
        expectClose(results.logits!.data as Float32Array, fixture.logits.data, TOLERANCE, 'logits');
        expectClose(results.loss!.data as Float32Array, [fixture.lossValue], TOLERANCE, 'loss');

        const expected = fromTorch(fixture.model.type, fixture.gradients);
        expect(parameters.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
        for (const [name, { shape, data }] of Object.entries(expected)) {
          const gradient = results[`${name}_grad`]!;
          expect(gradient.shape).toEqual(shape);
          expectClose(gradient.data as Float32Array, data, TOLERANCE, `gradient of ${name}`);
        }

        table.gradient.set(results.embedded_grad!.data as Float32Array);
        table.accumulate();
        const rowSquares = table.squares();
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
  },
);

describe('the cases', () => {
  it('try every network with each pooling, heads and losses', () => {
    const seen = (of: (fixture: ClassifierCase) => unknown) => [...new Set(cases.map(of))].sort();
    const four = ['attention', 'last', 'max', 'mean'];
    const poolings: { readonly [Type in NetworkOptions['type']]: readonly string[] } = {
      pooled: four,
      cnn: four,
      // Pooling is the same for all cells: one of them tries attention.
      rnn: ['last', 'max', 'mean'],
      gru: ['last', 'max', 'mean'],
      lstm: four,
      transformer: ['attention', 'first', 'last', 'max', 'mean'],
    };
    const tried = Object.entries(poolings).flatMap(([type, list]) => list.map((name) => `${type}, ${name}`));
    expect(seen(({ model }) => `${model.type}, ${model.pooling}`)).toEqual(tried.sort());
    expect(seen(({ model }) => model.head.hiddenSize)).toEqual([0, 5]);
    expect(seen(({ loss }) => loss)).toEqual(['bceWithLogits', 'crossEntropy']);
  });
});

describe('the programs that only read the weights give the same logits', () => {
  for (const fixture of cases) {
    const shape = modelShapeOf(fixture);
    const { outputs } = fixture;

    it.each(['tokens', 'words'] as const)(`evaluation: ${fixture.name}, of %s`, async (form) => {
      const { feeds } = prepare(fixture, form);
      const evaluation = await executor.compile(evaluationProgram(shape, form));
      const evaluated = await evaluation.run(feeds);
      expectClose(evaluated.logits!.data as Float32Array, fixture.logits.data, TOLERANCE, 'logits');
      expectClose(evaluated.loss!.data as Float32Array, [fixture.lossValue], TOLERANCE, 'loss');
      await evaluation.release();
    });

    it(`inference, each text alone and with whatever padding: ${fixture.name}`, async () => {
      const tensors = {
        ...fromTorch(fixture.model.type, fixture.weights),
        [EMBEDDING]: fixture.weights[EMBEDDING]!,
      };
      const weights = new Map(
        Object.entries(tensors).map(([name, { data }]) => [name, Float32Array.from(data)]),
      );
      const inference = await executor.compile(inferenceProgram(shape, fixture.vocabularySize), weights);
      /** The logits of texts, padded to `time` with words that the mask hides. */
      const logitsOf = async (texts: readonly Int32Array[], time: number) => {
        const padded = texts.flatMap((ids) => Array.from({ length: time }, (_, t) => ids[t] ?? 7));
        const mask = texts.flatMap((ids) => Array.from({ length: time }, (_, t) => (t < ids.length ? 1 : 0)));
        const results = await inference.run({
          input_ids: intTensor([texts.length, time], padded),
          attention_mask: intTensor([texts.length, time], mask),
        });
        return results.logits!.data as Float32Array;
      };
      const texts = textsOf(fixture).map(({ ids }) => ids);
      const longest = Math.max(...fixture.lengths);
      for (const time of [longest, longest + 2]) {
        expectClose(await logitsOf(texts, time), fixture.logits.data, TOLERANCE, `logits at ${time}`);
      }
      for (const [i, ids] of texts.entries()) {
        const expected = fixture.logits.data.slice(i * outputs, (i + 1) * outputs);
        expectClose(await logitsOf([ids], ids.length), expected, TOLERANCE, `text ${i}`);
      }
      await inference.release();
    });
  }
});
