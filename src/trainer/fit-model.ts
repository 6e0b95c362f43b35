import type { Dataset } from '../data/rows';
import type { DecisionRule } from '../metrics/decide';
import { epochMetrics } from '../metrics/evaluation';
import type { Evaluation, Scores } from '../protocol/events';
import type { RunRecord } from '../runs/record';
import { type EncodedText, makeBatch } from './batch';
import { chunks } from './batches';
import { lostLoss, trainEpochs } from './epochs';
import { evaluateSplit } from './evaluate';
import { judgeValidation } from './judge-labels';
import { Monitor } from './monitor';
import type { OutputForm } from './outputs';
import { enterPhase, type RunContext } from './run-context';
import type { Step } from './step';
import { thresholdsOf } from './thresholds';
import { tellExamples, writeResults } from './write-results';

type Thresholds = DecisionRule['thresholds'];

/** A network of whatever kind with its numbered texts, ready to be trained. */
export interface Trainable {
  readonly step: Step;
  readonly form: OutputForm;
  readonly train: readonly EncodedText[];
  readonly validation: readonly EncodedText[];
  readonly test: readonly EncodedText[];
  /** The tokens of any text, as `train` has them. */
  encode(text: string): Int32Array;
  /** Called before each epoch, counted from 1. */
  beginEpoch?(epoch: number): void;
  /** Writes the model folder with the weights as they are; the function returned brings them back. */
  save(thresholds: Thresholds): Promise<() => Promise<void>>;
  /** Called once the final evaluation is known. */
  finish?(evaluation: Evaluation | undefined): void;
}

/**
 * Trains a network, keeps its best weights in the run's model folder, and evaluates it.
 *
 * @returns the final evaluation; undefined where there is nothing to evaluate on or the signal ended it early
 */
export async function fitModel(
  context: RunContext,
  dataset: Dataset,
  model: Trainable,
): Promise<Evaluation | undefined> {
  const { thresholds, validation } = await trainBest(context, dataset, model);
  await classifyExamples(context, dataset, model, thresholds);
  if (context.signal.aborted) return undefined;
  const evaluation = await finalEvaluation(context, dataset, model, thresholds);
  model.finish?.(evaluation);
  judgeValidation(context, dataset, validation);
  return evaluation;
}

/** What goes with the weights that the model is left with. */
interface Best {
  readonly thresholds: Thresholds;
  /** Probabilities of the validation texts, `[texts, classes]`; undefined where no epoch was finished. */
  readonly validation: Float32Array | undefined;
}

interface Kept extends Best {
  /** Its loss and accuracy on the validation texts. */
  readonly scores: Scores;
  /** Brings its weights back. */
  readonly restore: () => Promise<void>;
}

/** What the record says of the best epoch. */
function bestOf({ metric, best }: Monitor, kept: Kept | undefined): RunRecord['best'] {
  return best && { ...best, metric, validation: kept?.scores };
}

/**
 * Where the training goes on from another run: its weights, which the network has by now, are the best so far until
 * an epoch is better, and the model of this run from its start on.
 */
async function keepPast(
  context: RunContext,
  labels: string[],
  model: Trainable,
  monitor: Monitor,
): Promise<Kept | undefined> {
  const { past, experiment, signal, writer } = context;
  if (!past) return undefined;
  writer.emit({ type: 'continued', from: past.id, epoch: past.epoch });
  enterPhase(context, 'evaluating');
  const { step, form, validation: texts } = model;
  const { batchSize, threshold } = experiment.training;
  const result = await evaluateSplit(step, {
    ...{ split: 'validation', texts, labels, form, batchSize, signal },
  });
  if (!result) return undefined;
  const { evaluation, probabilities } = result;
  monitor.record(past.epoch, epochMetrics(evaluation));
  const truth = texts.map((text) => text.labels);
  const thresholds = thresholdsOf(threshold, form.task, labels, { truth, probabilities });
  const kept: Kept = {
    ...{ thresholds, validation: probabilities },
    scores: { loss: evaluation.loss, accuracy: evaluation.accuracy },
    restore: await model.save(thresholds),
  };
  writer.update({ best: bestOf(monitor, kept) });
  return kept;
}

/** Trains to the end and leaves the model with the weights that count. */
async function trainBest(context: RunContext, { labels }: Dataset, model: Trainable): Promise<Best> {
  const { experiment, signal, writer } = context;
  const { training } = experiment;
  const { step, form, validation } = model;
  const monitor = new Monitor(training.earlyStopping);
  const truth = validation.map((text) => text.labels);
  const given = thresholdsOf(training.threshold, form.task, labels);
  let best = await keepPast(context, labels, model, monitor);
  let last: Best = best ?? { thresholds: given, validation: undefined };
  /** Whether the weights are those of the best epoch: no step was taken since. */
  let isCurrent = best !== undefined;

  const { epochs, stopped } = await trainEpochs({
    step,
    training,
    form,
    thresholds: given,
    labels,
    train: model.train,
    validation,
    monitor,
    half: experiment.runtime.precision === 'float16',
    past: context.past,
    signal,
    emit: (event) => writer.emit(event),
    beginEpoch: (epoch) => {
      isCurrent = false;
      model.beginEpoch?.(epoch);
    },
    onEpoch: async ({ epoch, isBest, train: trainScores, validation: scores, probabilities }) => {
      const { loss, accuracy } = scores;
      const thresholds = thresholdsOf(training.threshold, form.task, labels, { truth, probabilities });
      last = { thresholds, validation: probabilities };
      if (isBest) {
        // At once, so that the best model is there whenever the process ends.
        best = { restore: await model.save(thresholds), scores: { loss, accuracy }, ...last };
        isCurrent = true;
      }
      writer.update({
        best: bestOf(monitor, best),
        last: { epoch, train: trainScores, validation: { loss, accuracy } },
      });
      return context.onEpoch?.(epoch, scores);
    },
  });
  if (stopped === 'early') {
    writer.log(
      `stopped early after epoch ${epochs}: ${monitor.metric} has not improved since epoch ${monitor.best?.epoch}`,
    );
  }
  if (best === undefined || training.earlyStopping?.restoreBest === false) {
    enterPhase(context, 'saving');
    step.settle();
    await model.save(last.thresholds);
    return last;
  }
  // No row may have steps to make up for: they would move the restored ones.
  step.settle();
  if (!isCurrent) await best.restore();
  return best;
}

async function finalEvaluation(
  context: RunContext,
  dataset: Dataset,
  model: Trainable,
  thresholds: Thresholds,
): Promise<Evaluation | undefined> {
  const split = model.test.length > 0 ? 'test' : 'validation';
  const texts = model[split];
  if (texts.length === 0) return undefined;
  enterPhase(context, 'evaluating');
  const result = await evaluateSplit(model.step, {
    split,
    texts,
    labels: dataset.labels,
    form: model.form,
    thresholds,
    batchSize: context.experiment.training.batchSize,
    signal: context.signal,
  });
  if (!result) return undefined;
  writeResults(context, dataset, result);
  return result.evaluation;
}

async function classifyExamples(
  context: RunContext,
  { labels }: Dataset,
  { step, form, encode }: Trainable,
  thresholds: Thresholds,
): Promise<void> {
  const { examples, training } = context.experiment;
  if (examples.length === 0) return;
  const logits: number[] = [];
  for (const texts of chunks(examples, training.batchSize)) {
    const encoded = texts.map((text) => ({ ids: encode(text), labels: [] }));
    logits.push(...(await step.evaluate(makeBatch(encoded, form))).logits);
  }
  if (!logits.every(Number.isFinite)) throw lostLoss('the finished model', training);
  tellExamples(context, labels, Float32Array.from(logits), { task: form.task, thresholds });
}
