import { createRandom } from '../data/random';
import type { Dataset } from '../data/rows';
import type { Experiment, NetworkOptions } from '../experiment/schema';
import type { DecisionRule } from '../metrics/decide';
import { describeClassifier } from '../models/classifier';
import type { Evaluation, Scores } from '../protocol/events';
import { sizeOf, type Tensor } from '../runtime/executor';
import { makeBatch } from './batch';
import { checkVectors } from './check-vectors';
import { classWeights } from './class-weights';
import { lostLoss, trainEpochs } from './epochs';
import { evaluateSplit } from './evaluate';
import { Monitor } from './monitor';
import { outputForm } from './outputs';
import { type PreparedData, prepareData } from './prepare';
import { EMBEDDING, type ModelShape } from './programs';
import { enterPhase, type RunContext, type TrainModel } from './run-context';
import { saveModel } from './save-model';
import { warmupTrouble } from './steps';
import { usefulCopies } from './threads';
import { checkThreshold, thresholdsOf } from './thresholds';
import { TrainingStep } from './training-step';
import { fetchVectors } from './vectors-file';
import { tellExamples, writeResults } from './write-results';

/** A network of whatever architecture, with the options that are its own. */
interface Network {
  readonly context: RunContext;
  readonly model: NetworkOptions;
  readonly shape: ModelShape;
  readonly step: TrainingStep;
  readonly dataset: Dataset;
  readonly data: PreparedData;
}

/** One that is trained. */
interface TrainedNetwork extends Network {
  readonly thresholds: DecisionRule['thresholds'];
}

/** Trains a network batch by batch, from numbering the words to the last evaluation. */
export const trainNetwork: TrainModel = async (context, dataset) => {
  const { experiment, folder, writer, signal } = context;
  const model = networkOf(experiment);
  await checkVectors(model.embedding, folder);
  await fetchVectors(context);

  enterPhase(context, 'building vocabulary');
  const data = await prepareData(dataset, { ...experiment, model }, folder);
  writer.emit(data.facts);
  if (data.validation.length === 0) {
    const message =
      'No row is left for validation: the last epoch counts as the best, nothing stops training early, and no threshold is chosen.';
    writer.emit({ type: 'warning', message });
  }
  const trouble = warmupTrouble(experiment.training, data.train.length);
  if (trouble) writer.emit({ type: 'warning', message: trouble });
  signal.throwIfAborted();

  enterPhase(context, 'compiling');
  const { labels } = dataset;
  const { task } = experiment.data;
  checkThreshold(experiment.training.threshold, task, labels.length);
  const shape: ModelShape = {
    model,
    embeddingSize: model.embedding.size,
    maxLength: experiment.tokenizer.maxLength,
    ...outputForm(experiment.training, task, labels.length),
    classWeights: classWeights(
      experiment.training.classWeights,
      labels,
      data.facts.classes.map(({ train }) => train),
      data.train.length,
      task,
    ),
  };
  const step = await compile(context, model, shape, data);
  try {
    return await trainAndEvaluate({ context, model, shape, step, dataset, data });
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

async function trainAndEvaluate(network: Network): Promise<Evaluation | undefined> {
  const { context, shape, step, dataset, data } = network;
  const { experiment, signal, writer, paths } = context;
  const { training } = experiment;
  const { labels } = dataset;
  const monitor = new Monitor(training.earlyStopping);
  const truth = data.validation.map((text) => text.labels);
  const given = thresholdsOf(training.threshold, shape.task, labels);
  const save = (thresholds: DecisionRule['thresholds']) => {
    const weights = weightsOf(step);
    saveModel(paths.model, { shape, labels, thresholds, tokenizer: data.tokenizer, weights });
  };
  let last = given;
  let best: { weights: Record<string, Float32Array>; thresholds: DecisionRule['thresholds'] } | undefined;
  let bestScores: Scores | undefined;

  const { epochs, stopped } = await trainEpochs({
    step,
    training,
    form: shape,
    thresholds: given,
    labels,
    train: data.train,
    validation: data.validation,
    monitor,
    signal,
    emit: (event) => writer.emit(event),
    onEpoch: ({ epoch, isBest, train: trainScores, validation, probabilities: shares }) => {
      const { loss, accuracy } = validation;
      last = thresholdsOf(training.threshold, shape.task, labels, { truth, probabilities: shares });
      if (isBest) {
        best = { weights: copyWeights(weightsOf(step)), thresholds: last };
        bestScores = { loss, accuracy };
        // At once, so that the best model is there whenever the process ends.
        save(last);
      }
      writer.update({
        best: monitor.best && {
          epoch: monitor.best.epoch,
          metric: monitor.metric,
          value: monitor.best.value,
          validation: bestScores,
        },
        last: { epoch, train: trainScores, validation: { loss, accuracy } },
      });
      return context.onEpoch?.(epoch, validation);
    },
  });

  const keepsLast = training.earlyStopping?.restoreBest === false;
  if (best === undefined || keepsLast) {
    enterPhase(context, 'saving');
    step.settle();
    save(last);
  } else {
    restoreWeights(step, best.weights);
  }
  const thresholds = best === undefined || keepsLast ? last : best.thresholds;
  const trained = { ...network, thresholds };
  await classifyExamples(trained);
  if (signal.aborted) return undefined;
  if (stopped === 'early') {
    const message = `stopped early after epoch ${epochs}: ${monitor.metric} has not improved since epoch ${monitor.best?.epoch}`;
    writer.log(message);
  }
  return finalEvaluation(trained);
}

async function finalEvaluation({
  context,
  shape,
  step,
  dataset,
  data,
  thresholds,
}: TrainedNetwork): Promise<Evaluation | undefined> {
  const split = data.test.length > 0 ? 'test' : 'validation';
  const texts = data[split];
  if (texts.length === 0) return undefined;
  enterPhase(context, 'evaluating');
  const result = await evaluateSplit(step, {
    split,
    texts,
    labels: dataset.labels,
    form: shape,
    thresholds,
    batchSize: context.experiment.training.batchSize,
    signal: context.signal,
  });
  if (!result) return undefined;
  writeResults(context, dataset, result);
  return result.evaluation;
}

async function classifyExamples({
  context,
  shape,
  step,
  dataset,
  data,
  thresholds,
}: TrainedNetwork): Promise<void> {
  const { examples, training } = context.experiment;
  if (examples.length === 0) return;
  const { logits } = await step.evaluate(
    makeBatch(
      examples.map((text) => ({ ids: data.tokenizer.encode(text), labels: [] })),
      shape,
    ),
  );
  if (!logits.every(Number.isFinite)) throw lostLoss('the finished model', training);
  tellExamples(context, dataset.labels, logits, { task: shape.task, thresholds });
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
  // No row may have steps to make up for: they would move the restored ones.
  step.settle();
  const { [EMBEDDING]: embedding, ...rest } = weights;
  step.table.table.set(embedding!);
  step.parameters.restore(rest);
}
