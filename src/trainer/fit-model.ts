import type { Dataset } from '../data/rows';
import type { DecisionRule } from '../metrics/decide';
import type { Evaluation, Scores } from '../protocol/events';
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

/** Trains to the end and leaves the model with the weights that count. */
async function trainBest(context: RunContext, { labels }: Dataset, model: Trainable): Promise<Best> {
  const { experiment, signal, writer } = context;
  const { training } = experiment;
  const { step, form, validation } = model;
  const monitor = new Monitor(training.earlyStopping);
  const truth = validation.map((text) => text.labels);
  const given = thresholdsOf(training.threshold, form.task, labels);
  let last: Best = { thresholds: given, validation: undefined };
  let best: (Best & { restore: () => Promise<void> }) | undefined;
  /** Whether the weights are those of the best epoch: no step was taken since. */
  let isCurrent = false;
  let bestScores: Scores | undefined;

  const { epochs, stopped } = await trainEpochs({
    step,
    training,
    form,
    thresholds: given,
    labels,
    train: model.train,
    validation,
    monitor,
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
        best = { restore: await model.save(thresholds), ...last };
        isCurrent = true;
        bestScores = { loss, accuracy };
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
