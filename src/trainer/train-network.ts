import { createRandom } from '../data/random';
import type { Experiment, NetworkOptions } from '../experiment/schema';
import { describeClassifier } from '../models/classifier';
import { sizeOf, type Tensor } from '../runtime/executor';
import { checkVectors } from './check-vectors';
import { fitModel } from './fit-model';
import { prepareSettings } from './number-data';
import { type PreparedData, prepareData } from './prepare';
import { EMBEDDING, type ModelShape } from './programs';
import { enterPhase, type RunContext, type TrainModel } from './run-context';
import { saveModel } from './save-model';
import { taskForm, tellData } from './task-form';
import { usefulCopies } from './threads';
import { TrainingStep } from './training-step';
import { fetchVectors } from './vectors-file';

/** Trains a network from word vectors on, batch by batch, from numbering the words to the last evaluation. */
export const trainNetwork: TrainModel = async (context, dataset) => {
  const { experiment, folder, signal } = context;
  const model = networkOf(experiment);
  await checkVectors(model.embedding, folder);
  await fetchVectors(context);

  enterPhase(context, 'building vocabulary');
  const data = await prepareData(dataset, { ...experiment, model }, folder, prepareSettings(context));
  tellData(context, data.facts);
  signal.throwIfAborted();

  enterPhase(context, 'compiling');
  const { labels } = dataset;
  const shape: ModelShape = {
    model,
    embeddingSize: model.embedding.size,
    maxLength: experiment.tokenizer.maxLength,
    ...taskForm(experiment, labels, data.facts),
  };
  const step = await compile(context, model, shape, data);
  try {
    const { tokenizer, train, validation, test } = data;
    return await fitModel(context, dataset, {
      step,
      form: shape,
      ...{ train, validation, test },
      encode: (text) => tokenizer.encode(text),
      save: (thresholds) =>
        saveModel(context.paths.model, { shape, labels, thresholds, tokenizer, weights: weightsOf(step) }),
      remember: () => {
        const weights = copyWeights(weightsOf(step));
        return () => restoreWeights(step, weights);
      },
    });
  } finally {
    await step.release();
  }
};

function networkOf({ model }: Experiment): NetworkOptions {
  if (!('embedding' in model)) throw new Error(`The ${model.type} is no network of this kind.`);
  return model;
}

async function compile(
  { experiment: { training }, executor, writer }: RunContext,
  model: NetworkOptions,
  shape: ModelShape,
  { tokenizer: { vocabulary }, embedding }: PreparedData,
): Promise<TrainingStep> {
  const step = await TrainingStep.compile(executor, {
    shape,
    copies: usefulCopies(executor.threads, training.batchSize),
    optimizer: training.optimizer,
    gradientClip: training.gradientClip,
    gradientClipBy: training.gradientClipBy,
    gradientAccumulation: training.gradientAccumulation,
    embedding,
    frozenEmbedding: model.embedding.frozen,
    vocabularySize: vocabulary.size,
  });
  step.parameters.initialize(createRandom(training.seed + 1));
  const parameters = [
    { name: EMBEDDING, shape: [vocabulary.size, shape.embeddingSize], trained: !model.embedding.frozen },
    ...step.parameters.specs.map(({ name, shape: dims }) => ({ name, shape: [...dims], trained: true })),
  ];
  writer.emit({
    type: 'model',
    summary: describeClassifier(model),
    parameters,
    parameterCount: parameters.reduce((sum, { shape: dims }) => sum + sizeOf(dims), 0),
    device: executor.name,
    threads: executor.threads,
  });
  return step;
}

function weightsOf({ table, parameters }: TrainingStep): Record<string, Tensor> {
  const shape = [table.rows, table.width];
  return { [EMBEDDING]: { dtype: 'float32', shape, data: table.table }, ...parameters.values };
}

function copyWeights(weights: Readonly<Record<string, Tensor>>): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
  );
}

function restoreWeights(step: TrainingStep, weights: Record<string, Float32Array>): void {
  const { [EMBEDDING]: embedding, ...rest } = weights;
  step.table.table.set(embedding!);
  step.parameters.restore(rest);
}
