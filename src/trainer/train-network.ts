import { createRandom } from '../data/random';
import type { Experiment, NetworkOptions } from '../experiment/schema';
import { describeClassifier } from '../models/classifier';
import { isDevice, sizeOf } from '../runtime/executor';
import { checkVectors } from './check-vectors';
import { continueNetwork } from './continue-network';
import { networkOnDevice } from './device-models';
import { rehearse } from './device-rehearsal';
import { DeviceStep } from './device-step';
import { fitModel } from './fit-model';
import { prepareSettings } from './number-data';
import { initialize } from './parameters';
import { type PreparedData, prepareData } from './prepare';
import { EMBEDDING, type ModelShape } from './programs';
import { enterPhase, type RunContext, type TrainModel } from './run-context';
import { saveModel } from './save-model';
import type { Weight, WeightedStep } from './step';
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
  const step = await openStep(context, model, shape, data);
  try {
    await startWeights(context, step, data);
    await tellModel(context, model, step, shape);
    const { tokenizer, train, validation, test } = data;
    return await fitModel(context, dataset, {
      step,
      form: shape,
      ...{ train, validation, test },
      encode: (text) => tokenizer.encode(text),
      async save(thresholds) {
        const weights = await step.readWeights();
        saveModel(context.paths.model, { shape, labels, thresholds, tokenizer, weights });
        const saved = copyWeights(weights);
        return () => step.writeWeights(({ name }, values) => values.set(saved[name]!));
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

function openStep(
  { experiment: { training, runtime }, executor }: RunContext,
  model: NetworkOptions,
  shape: ModelShape,
  { tokenizer: { vocabulary }, embedding }: PreparedData,
): Promise<WeightedStep> {
  const { optimizer, gradientClip, gradientClipBy, gradientAccumulation } = training;
  const options = { optimizer, gradientClip, gradientClipBy, gradientAccumulation };
  const table = { vocabularySize: vocabulary.size, frozenEmbedding: model.embedding.frozen };
  if (isDevice(executor)) {
    const half = runtime.precision === 'float16';
    return DeviceStep.compile(executor, networkOnDevice(shape, table), { ...options, half });
  }
  const copies = usefulCopies(executor.threads, training.batchSize);
  return TrainingStep.compile(executor, { ...options, ...table, shape, copies, embedding });
}

async function startWeights(
  { experiment: { training }, past }: RunContext,
  step: WeightedStep,
  { embedding, tokenizer }: PreparedData,
): Promise<void> {
  if (past) return continueNetwork(past, step, tokenizer);
  const random = createRandom(training.seed + 1);
  await step.writeWeights((spec, values) => {
    if (spec.name === EMBEDDING) values.set(embedding);
    else initialize(spec, values, random);
  });
}

async function tellModel(
  context: RunContext,
  model: NetworkOptions,
  step: WeightedStep,
  shape: ModelShape,
): Promise<void> {
  const parameters = step.weights.map(({ name, shape: dims, trained }) => ({
    ...{ name, shape: [...dims], trained },
  }));
  context.writer.emit({
    type: 'model',
    summary: describeClassifier(model),
    parameters,
    parameterCount: parameters.reduce((sum, { shape: dims }) => sum + sizeOf(dims), 0),
    ...context.computedBy,
    ...(await rehearse(context, step, shape)),
  });
}

function copyWeights(weights: Readonly<Record<string, Weight>>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, data.slice()]));
}
