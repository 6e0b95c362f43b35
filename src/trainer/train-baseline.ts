import { setImmediate } from 'node:timers/promises';
import { describeBaseline } from '../baseline/describe';
import { FeatureModel } from '../baseline/feature-model';
import { FeatureCounter, type FeatureOptions, type Features } from '../baseline/features';
import { logCountRatios } from '../baseline/log-count-ratios';
import { type FittedRegression, fitLogisticRegression } from '../baseline/logistic-regression';
import { meanLoss, type Targets, targetsOf } from '../baseline/pointwise-loss';
import type { SparseMatrix } from '../baseline/sparse';
import type { Dataset, Example } from '../data/rows';
import { OptionError } from '../experiment/option-error';
import type { BaselineOptions, Experiment } from '../experiment/schema';
import type { DecisionRule } from '../metrics/decide';
import { epochMetrics, evaluationOf } from '../metrics/evaluation';
import { probabilityMatrix, rowOf } from '../nn/probabilities';
import type { Evaluation } from '../protocol/events';
import { classWeights } from './class-weights';
import { countClasses, summarizeLengths } from './data-facts';
import type { SplitResult } from './evaluate';
import { judgeValidation } from './judge-labels';
import { Monitor } from './monitor';
import { enterPhase, type RunContext, type TrainModel } from './run-context';
import { saveBaseline } from './save-baseline';
import { checkThreshold, thresholdsOf } from './thresholds';
import { tellExamples, writeResults } from './write-results';

/** The features of every row. */
interface FeatureData {
  readonly features: Features;
  readonly train: SparseMatrix;
  readonly validation: SparseMatrix;
  readonly test: SparseMatrix;
}

/** A baseline that is trained. */
interface Baseline {
  readonly context: RunContext;
  readonly dataset: Dataset;
  readonly data: FeatureData;
  readonly model: FeatureModel;
  readonly weights: Float32Array | undefined;
  readonly rule: DecisionRule;
}

/** Counts features and fits a logistic regression, from the training texts to the last evaluation. */
export const trainBaseline: TrainModel = async (context, dataset) => {
  const { experiment, signal, paths } = context;
  const { training } = experiment;
  const { task } = experiment.data;
  const { labels } = dataset;
  const options = optionsOf(experiment);
  checkThreshold(training.threshold, task, labels.length);

  enterPhase(context, 'building vocabulary');
  const classes = countClasses(dataset);
  const counts = classes.map(({ train }) => train);
  const weights = classWeights(training.classWeights, labels, counts, dataset.train.length, task);
  const data = await countFeatures(context, options, dataset, classes);
  const targets = targetsOf(classesOf(dataset.train), task, labels.length, weights);
  tellModel(context, options, data.features, targets.outputs);

  enterPhase(context, 'training');
  const startedAt = performance.now();
  const fitted = await fitWeights(context, options, data, targets);
  const model = new FeatureModel(data.features, fitted.weights, fitted.bias);
  const given = thresholdsOf(training.threshold, task, labels);
  let baseline: Baseline = { context, dataset, data, model, weights, rule: { task, thresholds: given } };
  let validation: Float32Array | undefined;
  if (!signal.aborted) {
    const ended = endEpoch(baseline, fitted, startedAt);
    validation = ended.validation;
    baseline = { ...baseline, rule: { task, thresholds: ended.thresholds } };
  }
  enterPhase(context, 'saving');
  saveBaseline(paths.model, model, labels, baseline.rule);
  classifyExamples(baseline);
  if (signal.aborted) return undefined;
  const evaluation = finalEvaluation(baseline);
  judgeValidation(context, dataset, validation);
  return evaluation;
};

function optionsOf({ model, tokenizer }: Experiment): BaselineOptions & FeatureOptions {
  if (model.type !== 'baseline') throw new Error('This network is no baseline.');
  const { lowercase, stripHtml, keepEmoticons } = tokenizer;
  return { ...model, lowercase, stripHtml, keepEmoticons };
}

/** Learns the features of the training texts alone, and tells of the data. */
async function countFeatures(
  { writer, signal }: RunContext,
  options: BaselineOptions & FeatureOptions,
  dataset: Dataset,
  classes: ReturnType<typeof countClasses>,
): Promise<FeatureData> {
  const counter = new FeatureCounter(options);
  await eachText(dataset.train, signal, (text) => counter.add(text));
  const { features, matrix: train, seen } = counter.finish(options);
  if (features.size === 0) throw noFeatures(options);
  const held = { validation: features.rows(), test: features.rows() };
  for (const split of ['validation', 'test'] as const) {
    await eachText(dataset[split], signal, (text) => held[split].add(text));
  }
  const [validation, test] = [held.validation.matrix(), held.test.matrix()];
  const tokens = held.validation.tokens + held.test.tokens;
  const unknown = held.validation.unknownTokens + held.test.unknownTokens;
  writer.emit({
    type: 'data',
    rows: { train: train.rows, validation: validation.rows, test: test.rows },
    classes,
    lengths: summarizeLengths(counter.lengths, Number.POSITIVE_INFINITY),
    vocabulary: { size: features.size, seen, unknownTokenShare: tokens === 0 ? 0 : unknown / tokens },
  });
  if (validation.rows === 0) {
    const message =
      'No row is left for validation: no threshold is chosen, and only test rows can tell how good it is.';
    writer.emit({ type: 'warning', message });
  }
  return { features, train, validation, test };
}

/** Texts between two moments in which signals are heard. */
const atOnce = 500;

async function eachText(
  examples: readonly Example[],
  signal: AbortSignal,
  use: (text: string) => void,
): Promise<void> {
  for (const [i, { text }] of examples.entries()) {
    if (i % atOnce === 0) {
      await setImmediate();
      signal.throwIfAborted();
    }
    use(text);
  }
}

function noFeatures({ minDocumentFrequency }: BaselineOptions): OptionError {
  return minDocumentFrequency > 1
    ? new OptionError(
        `no word or run is in ${minDocumentFrequency} training texts`,
        ['model', 'minDocumentFrequency'],
        'Lower "minDocumentFrequency".',
        [{ type: 'remove' }],
      )
    : new OptionError(
        'no training text has a word, or a run of as many words as are counted',
        ['model', 'wordNgrams'],
        'Let "wordNgrams" begin with 1, and check that data.text names the column of the text.',
        [{ type: 'remove' }],
      );
}

/** Weights of more bytes than this could not be written as one ONNX file. */
const mostBytes = 2e9;

function tellModel(
  { computedBy, writer }: RunContext,
  options: FeatureOptions,
  features: Features,
  outputs: number,
): void {
  const bytes = 4 * features.columns * outputs;
  if (bytes > mostBytes) {
    throw new OptionError(
      `${features.size.toLocaleString('en')} features times ${outputs} classes make a model of ${(bytes / 1e9).toFixed(1)} GB`,
      ['model', 'maxFeatures'],
      'Set "maxFeatures" to 200000, or "minDocumentFrequency" to 2 or more.',
    );
  }
  const parameters = [
    { name: 'output.weight', shape: [features.columns, outputs], trained: true },
    { name: 'output.bias', shape: [outputs], trained: true },
  ];
  writer.emit({
    type: 'model',
    summary: describeBaseline(options, features.size),
    parameters,
    parameterCount: (features.size + 1) * outputs,
    ...computedBy,
  });
}

async function fitWeights(
  { writer, signal }: RunContext,
  { weighting, strength, maxIterations }: BaselineOptions,
  { features, train }: FeatureData,
  targets: Targets,
): Promise<FittedRegression> {
  const isFeature = (column: number) => features.scale[column]! > 0;
  let last = performance.now();
  const fitted = await fitLogisticRegression({
    matrix: train,
    targets,
    factors: weighting === 'naiveBayes' ? logCountRatios(train, targets, isFeature) : undefined,
    strength,
    maxIterations,
    signal,
    onIteration: ({ iteration, loss, accuracy, step }) => {
      const now = performance.now();
      // Not under a microsecond: the rate must stay a finite number.
      const seconds = Math.max(now - last, 1e-3) / 1000;
      last = now;
      writer.emit({
        type: 'batch',
        epoch: 1,
        epochs: 1,
        batch: iteration,
        batches: maxIterations,
        step: iteration,
        loss,
        accuracy,
        learningRate: step,
        samplesPerSecond: train.rows / seconds,
        etaSeconds: (maxIterations - iteration) * seconds,
      });
    },
  });
  if (!fitted.converged && !signal.aborted) {
    const message = `After ${maxIterations} iterations the weights were still moving: raise model.maxIterations, or lower model.strength.`;
    writer.emit({ type: 'warning', message });
  }
  return fitted;
}

/**
 * Judges the weights on validation rows and tells of it as of an epoch; gives the thresholds to decide by, and the
 * probabilities of those rows.
 */
function endEpoch(
  baseline: Baseline,
  { loss, accuracy, lastStep }: FittedRegression,
  startedAt: number,
): { thresholds: DecisionRule['thresholds']; validation: Float32Array } {
  const { context, dataset, rule } = baseline;
  const { training } = context.experiment;
  enterPhase(context, 'evaluating');
  const { evaluation, probabilities } = evaluate(baseline, 'validation');
  const validation = epochMetrics(evaluation);
  const monitor = new Monitor(null);
  monitor.record(1, validation);
  const scores = { loss: validation.loss, accuracy: validation.accuracy };
  const train = { loss, accuracy };
  context.writer.update({
    best: monitor.best && { ...monitor.best, metric: monitor.metric, validation: scores },
    last: { epoch: 1, train, validation: scores },
  });
  context.onEpoch?.(1, validation);
  context.writer.emit({
    type: 'epoch',
    epoch: 1,
    train,
    validation,
    learningRate: lastStep,
    best: true,
    seconds: (performance.now() - startedAt) / 1000,
  });
  const truth = classesOf(dataset.validation);
  const thresholds = thresholdsOf(training.threshold, rule.task, dataset.labels, { truth, probabilities });
  return { thresholds, validation: probabilities };
}

function evaluate(
  { dataset, data, model, weights, rule }: Baseline,
  split: 'validation' | 'test',
): SplitResult {
  const { labels } = dataset;
  const truth = classesOf(dataset[split]);
  const logits = model.logits(data[split]);
  const ofRows = truth.map((_, row) => rowOf(logits, model.outputs, row));
  const probabilities = probabilityMatrix(ofRows, labels.length, rule.task);
  const targets = targetsOf(truth, rule.task, labels.length, weights);
  const evaluation = evaluationOf({
    split,
    labels,
    truth,
    probabilities,
    ...rule,
    loss: truth.length === 0 ? null : meanLoss(logits, targets),
  });
  return { evaluation, probabilities, rule };
}

function finalEvaluation(baseline: Baseline): Evaluation | undefined {
  const { context, dataset } = baseline;
  const split = dataset.test.length > 0 ? 'test' : 'validation';
  if (dataset[split].length === 0) return undefined;
  enterPhase(context, 'evaluating');
  const result = evaluate(baseline, split);
  writeResults(context, dataset, result);
  return result.evaluation;
}

function classifyExamples({ context, dataset, model, rule }: Baseline): void {
  const { examples } = context.experiment;
  if (examples.length === 0) return;
  tellExamples(context, dataset.labels, model.classify(examples), rule);
}

function classesOf(examples: readonly Example[]): (readonly number[])[] {
  return examples.map(({ labelIndices }) => labelIndices);
}
