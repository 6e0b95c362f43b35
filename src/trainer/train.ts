import { dirname, resolve } from 'node:path';
import { loadDataset } from '../data/load';
import { createRandom } from '../data/random';
import type { Dataset } from '../data/rows';
import { readExperiment, runnable } from '../experiment/load';
import { located, OptionError } from '../experiment/option-error';
import { resolvedToJson } from '../experiment/parse';
import type { Experiment } from '../experiment/schema';
import { describeClassifier } from '../models/classifier';
import { classify } from '../nn/probabilities';
import type { Evaluation, NewRunEvent, RunEvent, Scores } from '../protocol/events';
import { formatError, formatPlace } from '../protocol/human-error';
import { findRoot, runPaths } from '../runs/paths';
import { createRun, type RunWriter } from '../runs/run-writer';
import { watchForStop } from '../runs/stop-request';
import type { Executor, Tensor } from '../runtime/executor';
import { onnxruntimeExecutor, onnxruntimeVersion } from '../runtime/onnxruntime';
import { makeBatch } from './batch';
import { checkVectors } from './check-vectors';
import { lostLoss, trainEpochs } from './epochs';
import { evaluateSplit } from './evaluate';
import { Monitor } from './monitor';
import { outputForm } from './outputs';
import { type PreparedData, prepareData } from './prepare';
import { EMBEDDING, type ModelShape } from './programs';
import { saveModel } from './save-model';
import { warmupTrouble } from './steps';
import { chooseThreads } from './threads';
import { TrainingStep } from './training-step';
import { version } from './version';
import { writeEvaluation, writePredictions } from './write-results';

export interface TrainOptions {
  readonly experimentFile: string;
  /** The workspace folder that gets the run; by default the one that the experiment lies in. */
  readonly root?: string;
  /**
   * Aborting it stops the run after the batch at hand; the best model so far is kept. `requestStop` does the
   * same from another process.
   */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
  /** Called once the run's folder is there. */
  readonly onRun?: (run: { id: string; folder: string }) => void;
}

export interface TrainResult {
  readonly status: 'succeeded' | 'stopped';
  readonly id: string;
  readonly folder: string;
  /** Of the test set, or of validation where there is none; missing where the run was stopped. */
  readonly evaluation: Evaluation | undefined;
}

/**
 * Trains an experiment from its file to its run folder.
 *
 * @throws HumanError for what a person can mend; the run, if it had begun, is marked as failed
 * with the same message
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const experimentFile = resolve(options.experimentFile);
  const parsed = await readExperiment(experimentFile);
  const experiment = runnable(parsed);
  const root = options.root ?? findRoot(dirname(experimentFile));
  const executor = onnxruntimeExecutor({ threads: chooseThreads(experiment.runtime.threads) });
  const run = createRun(
    {
      root,
      name: experiment.name,
      experimentFile,
      experimentText: resolvedToJson(experiment),
      seed: experiment.training.seed,
      versions: { textclf: version, onnxruntime: onnxruntimeVersion },
      device: executor.name,
      threads: executor.threads,
    },
    options.onEvent,
  );
  const { id, folder } = run;
  options.onRun?.({ id, folder });
  const stop = new AbortController();
  const forward = () => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) forward();
  else options.signal?.addEventListener('abort', forward, { once: true });
  const endWatch = watchForStop(folder, () => stop.abort());
  try {
    run.update({ status: 'running' });
    run.emit({ type: 'started', id, name: experiment.name });
    for (const { message, place } of parsed.problems) {
      run.emit({ type: 'warning', message: `${formatPlace(place)}: ${message}` });
    }
    if (experiment.runtime.threads > executor.threads) {
      const message = `runtime.threads is ${experiment.runtime.threads}, but this machine has ${executor.threads} cores: it computes with ${executor.threads}.`;
      run.emit({ type: 'warning', message });
    }
    const evaluation = await new Training(run, experiment, experimentFile, root, executor, stop.signal).run();
    const status = stop.signal.aborted ? 'stopped' : 'succeeded';
    run.finish(status);
    return { status, id, folder, evaluation };
  } catch (thrown) {
    if (stop.signal.aborted && thrown === stop.signal.reason) {
      run.finish('stopped');
      return { status: 'stopped', id, folder, evaluation: undefined };
    }
    const error = thrown instanceof OptionError ? await located(thrown, experimentFile) : thrown;
    run.finish('failed', formatError(error));
    throw error;
  } finally {
    endWatch();
    options.signal?.removeEventListener('abort', forward);
  }
}

/** One run, from reading the data to the last evaluation. */
class Training {
  private readonly folder: string;
  private readonly paths: ReturnType<typeof runPaths>;

  constructor(
    private readonly writer: RunWriter,
    private readonly experiment: Experiment,
    experimentFile: string,
    private readonly root: string,
    private readonly executor: Executor,
    private readonly signal: AbortSignal,
  ) {
    this.folder = dirname(experimentFile);
    this.paths = runPaths(writer.folder);
  }

  async run(): Promise<Evaluation | undefined> {
    const { experiment, signal } = this;
    this.phase('reading data');
    await checkVectors(experiment.model.embedding, this.folder);
    const dataset = await loadDataset(experiment.data, this.folder, experiment.training.seed);
    this.writer.update({ dataDigest: dataset.digest });
    signal.throwIfAborted();

    this.phase('building vocabulary');
    const data = await prepareData(dataset, experiment, this.folder);
    this.writer.emit(data.facts);
    if (data.validation.length === 0) {
      const message =
        'No row is left for validation: the last epoch counts as the best, and nothing stops training early.';
      this.writer.emit({ type: 'warning', message });
    }
    const trouble = warmupTrouble(experiment.training, data.train.length);
    if (trouble) this.writer.emit({ type: 'warning', message: trouble });
    signal.throwIfAborted();

    this.phase('compiling');
    const shape: ModelShape = {
      model: experiment.model,
      embeddingSize: experiment.model.embedding.size,
      ...outputForm(experiment.training.loss, dataset.labels.length),
    };
    const step = await this.compile(shape, data);
    try {
      return await this.trainAndEvaluate(step, shape, dataset, data);
    } finally {
      await step.release();
    }
  }

  private async compile(shape: ModelShape, data: PreparedData): Promise<TrainingStep> {
    const { model, training } = this.experiment;
    const { vocabulary } = data.tokenizer;
    const step = await TrainingStep.compile(this.executor, {
      shape,
      optimizer: training.optimizer,
      gradientClip: training.gradientClip,
      embedding: data.embedding,
      frozenEmbedding: model.embedding.frozen,
      vocabularySize: vocabulary.size,
    });
    step.parameters.initialize(createRandom(training.seed + 1));
    const parameters = [
      { name: EMBEDDING, shape: [vocabulary.size, shape.embeddingSize], trained: !model.embedding.frozen },
      ...step.parameters.specs.map(({ name, shape: dims }) => ({ name, shape: [...dims], trained: true })),
    ];
    this.writer.emit({
      type: 'model',
      summary: describeClassifier(model),
      parameters,
      parameterCount: parameters.reduce((sum, { shape: dims }) => sum + dims.reduce((a, b) => a * b, 1), 0),
      device: this.executor.name,
      threads: this.executor.threads,
    });
    return step;
  }

  private async trainAndEvaluate(
    step: TrainingStep,
    shape: ModelShape,
    dataset: Dataset,
    data: PreparedData,
  ): Promise<Evaluation | undefined> {
    const { experiment, signal, writer, paths } = this;
    const { training } = experiment;
    const { labels } = dataset;
    const monitor = new Monitor(training.earlyStopping);
    const save = () =>
      saveModel(paths.model, { shape, labels, tokenizer: data.tokenizer, weights: weightsOf(step) });
    let best: Record<string, Float32Array> | undefined;
    let bestScores: Scores | undefined;

    const epochs = await trainEpochs({
      step,
      training,
      outputs: shape.outputs,
      labels,
      train: data.train,
      validation: data.validation,
      monitor,
      signal,
      emit: (event) => writer.emit(event),
      onEpoch: ({ epoch, isBest, train: trainScores, validation: { loss, accuracy } }) => {
        if (isBest) {
          best = copyWeights(weightsOf(step));
          bestScores = { loss, accuracy };
          // At once, so that the best model is there whenever the process ends.
          save();
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
      },
    });

    const keepsLast = training.earlyStopping?.restoreBest === false;
    if (best === undefined || keepsLast) {
      this.phase('saving');
      step.settle();
      save();
    } else {
      restoreWeights(step, best);
    }
    await this.classifyExamples(step, shape, data, labels);
    if (signal.aborted) return undefined;
    if (monitor.shouldStop && epochs < training.epochs) {
      writer.log(`stopped early: ${monitor.metric} has not improved since epoch ${monitor.best?.epoch}`);
    }
    return this.finalEvaluation(step, shape, dataset, data);
  }

  private async finalEvaluation(
    step: TrainingStep,
    shape: ModelShape,
    dataset: Dataset,
    data: PreparedData,
  ): Promise<Evaluation | undefined> {
    const { writer, paths, signal } = this;
    const split = data.test.length > 0 ? 'test' : 'validation';
    const texts = data[split];
    if (texts.length === 0) return undefined;
    this.phase('evaluating');
    const result = await evaluateSplit(step, {
      split,
      texts,
      labels: dataset.labels,
      outputs: shape.outputs,
      batchSize: this.experiment.training.batchSize,
      signal,
    });
    if (!result) return undefined;
    const { evaluation } = result;
    writeEvaluation(paths, [evaluation]);
    writePredictions(paths, dataset[split], dataset.labels, result, this.root);
    writer.emit({ type: 'evaluation', evaluation });
    if (split === 'test') {
      writer.update({ test: { accuracy: evaluation.accuracy, macroF1: evaluation.macroF1 } });
    }
    return evaluation;
  }

  private async classifyExamples(
    step: TrainingStep,
    { outputs }: ModelShape,
    { tokenizer }: PreparedData,
    labels: readonly string[],
  ): Promise<void> {
    const { examples } = this.experiment;
    if (examples.length === 0) return;
    const { logits } = await step.evaluate(
      makeBatch(
        examples.map((text) => ({ ids: tokenizer.encode(text), label: 0 })),
        outputs,
      ),
    );
    if (!logits.every(Number.isFinite)) throw lostLoss('the finished model', this.experiment.training);
    this.writer.emit({
      type: 'examples',
      examples: examples.map((text, row) => {
        const { index, probability } = classify(logits, outputs, row);
        return { text, label: labels[index]!, probability };
      }),
    });
  }

  private phase(phase: Extract<NewRunEvent, { type: 'phase' }>['phase']): void {
    this.writer.emit({ type: 'phase', phase });
  }
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
