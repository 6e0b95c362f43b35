import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import type { OptimizerOptions } from '../../src/nn/optimizers';
import { makeBatch } from '../../src/trainer/batch';
import type { OutputForm } from '../../src/trainer/outputs';
import type { ModelShape } from '../../src/trainer/programs';
import { TrainingStep } from '../../src/trainer/training-step';
import { expectClose } from '../support/close';
import { executor } from '../support/run';

const [EMBEDDING_SIZE, VOCABULARY] = [5, 40];

const forms: Record<string, OutputForm> = {
  'cross-entropy': { task: 'single-label', loss: 'crossEntropy', outputs: 3 },
  'weighted cross-entropy': {
    task: 'single-label',
    loss: 'crossEntropy',
    outputs: 3,
    classWeights: Float32Array.of(0.5, 1, 4),
    labelSmoothing: 0.1,
  },
  'weighted BCE': {
    task: 'single-label',
    loss: 'bceWithLogits',
    outputs: 1,
    classWeights: Float32Array.of(0.5, 3),
  },
  'focal BCE of several labels': { task: 'multi-label', loss: 'bceWithLogits', outputs: 3, focalGamma: 2 },
};

const moments = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const optimizers: OptimizerOptions[] = [
  { type: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: false, weightDecay: 0 },
  { ...moments, type: 'adam', epsilon: 1e-3 },
  { ...moments, type: 'adam', epsilon: 1e-3, weightDecay: 0.1 },
];

interface Setting {
  readonly form: OutputForm;
  readonly optimizer: OptimizerOptions;
  readonly gradientClip?: number;
  readonly gradientClipBy?: 'norm' | 'value';
}

async function compile(
  { form, optimizer, gradientClip = 0, gradientClipBy = 'norm' }: Setting,
  batches: number,
) {
  const shape: ModelShape = {
    ...form,
    model: {
      type: 'gru',
      embedding: { size: EMBEDDING_SIZE, frozen: false },
      hiddenSize: 4,
      layers: 1,
      bidirectional: false,
      dropout: 0,
      pooling: 'mean',
      head: { hiddenSize: 0 },
    },
    embeddingSize: EMBEDDING_SIZE,
    maxLength: 8,
  };
  const random = createRandom(5);
  const embedding = Float32Array.from({ length: VOCABULARY * EMBEDDING_SIZE }, (_, i) =>
    i < EMBEDDING_SIZE ? 0 : random.normal(),
  );
  const step = await TrainingStep.compile(executor, {
    shape,
    optimizer,
    gradientClip,
    gradientClipBy,
    gradientAccumulation: batches,
    embedding,
    frozenEmbedding: false,
    vocabularySize: VOCABULARY,
  });
  step.parameters.initialize(random);
  return step;
}

function randomTexts(count: number, { task, outputs }: OutputForm, random: Random) {
  const classes = task === 'single-label' ? Math.max(2, outputs) : outputs;
  return Array.from({ length: count }, () => ({
    ids: Int32Array.from({ length: 1 + random.integer(8) }, () => 1 + random.integer(VOCABULARY - 1)),
    labels:
      task === 'single-label'
        ? [random.integer(classes)]
        : Array.from({ length: classes }, (_, i) => i).filter(() => random.next() < 0.4),
  }));
}

const weightsOf = ({ parameters, table }: TrainingStep): number[] => [
  ...Object.values(parameters.values).flatMap(({ data }) => Array.from(data, Number)),
  ...table.table,
];

/** Sizes of the batches that make each step; the last of an epoch may be smaller, and the step too. */
const STEPS = [[4, 4, 4], [4, 4, 2], [4, 4, 4], [3], [4, 4, 4], [4, 1]];

async function compare(setting: Setting): Promise<void> {
  const [parts, whole] = [await compile(setting, 3), await compile(setting, 1)];
  const random = createRandom(9);
  for (const [number, sizes] of STEPS.entries()) {
    const batches = sizes.map((size) => makeBatch(randomTexts(size, setting.form, random), setting.form));
    const large = makeBatch(
      batches.flatMap(({ ids, size, labels }) =>
        labels.map((own, column) => ({
          ids: ids.filter((id, i) => i % size === column && id !== 0),
          labels: own,
        })),
      ),
      setting.form,
    );
    const divisor = batches.reduce((sum, batch) => sum + batch.divisor, 0);
    expectClose([divisor], [large.divisor], 1e-12, 'divisor');
    let loss = 0;
    for (const [i, batch] of batches.entries()) {
      const part = { divisor, isLast: i === batches.length - 1 };
      const result = await parts.train(batch, 0.05, random, part);
      loss += (result.loss * batch.divisor) / divisor;
    }
    const expected = await whole.train(large, 0.05, random);
    expectClose([loss], [expected.loss], 1e-6, `loss of step ${number + 1}`);
    for (const step of [parts, whole]) step.settle();
    expectClose(weightsOf(parts), weightsOf(whole), 1e-6, `weights after step ${number + 1}`);
  }
  await Promise.all([parts.release(), whole.release()]);
}

describe('several batches that make one step equal one large batch', () => {
  for (const [name, form] of Object.entries(forms)) {
    it(name, () => compare({ form, optimizer: optimizers[0]! }));
  }
  for (const optimizer of optimizers) {
    it(`${optimizer.type}, weight decay ${optimizer.weightDecay}`, () =>
      compare({ form: forms['cross-entropy']!, optimizer }));
  }
  for (const gradientClipBy of ['norm', 'value'] as const) {
    it(`clipped by ${gradientClipBy}`, () =>
      compare({
        form: forms['cross-entropy']!,
        optimizer: optimizers[0]!,
        gradientClip: 0.02,
        gradientClipBy,
      }));
  }
});

it('weights stay as they are until the step is taken', async () => {
  const setting = { form: forms['cross-entropy']!, optimizer: optimizers[0]! };
  const step = await compile(setting, 2);
  const random = createRandom(2);
  const batch = makeBatch(randomTexts(4, setting.form, random), setting.form);
  const before = weightsOf(step);
  await step.train(batch, 0.05, random, { divisor: 8, isLast: false });
  expect(weightsOf(step)).toEqual(before);
  await step.train(batch, 0.05, random, { divisor: 8, isLast: true });
  expect(weightsOf(step)).not.toEqual(before);
  await step.release();
});
