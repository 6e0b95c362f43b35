import { createRandom, type Random } from '../data/random';
import { OptionError } from '../experiment/option-error';
import type { TrainingOptions } from '../experiment/schema';
import { type DecisionRule, decide } from '../metrics/decide';
import { epochMetrics } from '../metrics/evaluation';
import { probabilities as probabilitiesOf, rowOf } from '../nn/probabilities';
import { createSchedule } from '../nn/schedules';
import type { Schedule } from '../nn/schedules/schedule';
import type { EpochMetrics, NewRunEvent, Scores } from '../protocol/events';
import { isHigherBetter, type MetricName, metricOf } from '../protocol/metrics';
import { type Batch, type EncodedText, makeBatch } from './batch';
import { BatchClock } from './batch-clock';
import { chunks, trainingBatches } from './batches';
import type { Past } from './continue-run';
import { evaluateSplit } from './evaluate';
import type { Monitor } from './monitor';
import type { OutputForm } from './outputs';
import type { Step } from './step';
import { batchesPerEpoch, stepsPerEpoch, totalSteps } from './steps';

export interface EpochsOptions {
  readonly step: Step;
  readonly training: TrainingOptions;
  readonly form: OutputForm;
  readonly thresholds?: DecisionRule['thresholds'];
  readonly labels: string[];
  readonly train: readonly EncodedText[];
  readonly validation: readonly EncodedText[];
  readonly monitor: Monitor;
  /** Whether it trains in 16 bits, which have no large numbers. */
  readonly half?: boolean;
  /** Epochs that are behind, of a training that goes on. */
  readonly past?: Pick<Past, 'epoch' | 'epochs'> | undefined;
  readonly signal: AbortSignal | undefined;
  emit(event: NewRunEvent): void;
  /** Called before an epoch begins. */
  beginEpoch?(epoch: number): void;
  /** Called when an epoch is over, and waited for; `isBest` when its weights are the best so far. May end the training. */
  onEpoch(epoch: {
    epoch: number;
    isBest: boolean;
    train: Scores;
    validation: EpochMetrics;
    /** Of the validation texts: `[texts, classes]`. */
    probabilities: Float32Array;
  }): Promise<'stop' | undefined>;
}

export interface EpochsResult {
  /** How many were finished. */
  readonly epochs: number;
  /** Why not all were: no improvement, the one who asked for the training, or the signal. */
  readonly stopped: 'early' | 'asked' | 'aborted' | undefined;
}

/**
 * Trains until the epochs are done, early stopping says so, or the signal is aborted (after the
 * batch at hand).
 *
 * @throws OptionError when the loss is no longer a number
 */
export async function trainEpochs(options: EpochsOptions): Promise<EpochsResult> {
  const { step, training, validation, monitor, signal, emit } = options;
  const { scheduler } = training;
  const watched = scheduler.type === 'reduceOnPlateau' ? metricOf(scheduler.monitor) : undefined;
  const progress = progressAfter(options, watched);

  for (let epoch = 1 + (options.past?.epoch ?? 0); epoch <= training.epochs; epoch++) {
    const startedAt = performance.now();
    options.beginEpoch?.(epoch);
    emit({ type: 'phase', phase: 'training' });
    const trainScores = await trainEpoch(options, epoch, progress);
    if (!trainScores) return { epochs: epoch - 1, stopped: 'aborted' };

    emit({ type: 'phase', phase: 'evaluating' });
    const result = await evaluateSplit(step, {
      split: 'validation',
      texts: validation,
      labels: options.labels,
      form: options.form,
      thresholds: options.thresholds,
      batchSize: training.batchSize,
      signal,
    });
    if (!result) return { epochs: epoch - 1, stopped: 'aborted' };
    const { evaluation, probabilities } = result;
    if (evaluation.loss === null && validation.length > 0) {
      throw lostLoss(`epoch ${epoch}, validation`, training);
    }
    const scores = epochMetrics(evaluation);
    const isBest = monitor.record(epoch, scores);
    // Before the event: who hears of a best epoch finds its model.
    const asked = await options.onEpoch({
      ...{ epoch, isBest, train: trainScores, validation: scores, probabilities },
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const { schedule, steps } = progress;
    emit({
      type: 'epoch',
      epoch,
      train: trainScores,
      validation: scores,
      // Of its last step.
      learningRate: schedule.rate(steps),
      best: isBest,
      seconds,
    });
    schedule.endEpoch(watched ? scores[watched] : null);
    if (epoch < training.epochs && asked === 'stop') return { epochs: epoch, stopped: 'asked' };
    if (epoch < training.epochs && monitor.shouldStop) return { epochs: epoch, stopped: 'early' };
  }
  return { epochs: training.epochs, stopped: undefined };
}

/** What goes on from epoch to epoch. */
interface Progress {
  readonly order: Random;
  readonly dropout: Random;
  readonly schedule: Schedule;
  /** How many were taken so far. */
  steps: number;
  readonly clock: BatchClock;
}

/** Where dropout draws from in a training that goes on: far from where the seeds of others do. */
const dropoutStride = 1_000_003;

/** As the epochs behind leave it: at the start, or where another run got to. */
function progressAfter(
  { training, train, past = { epoch: 0, epochs: [] } }: EpochsOptions,
  watched: MetricName | undefined,
): Progress {
  const order = createRandom(training.seed + 2);
  // The order of the batches depends on how often texts were shuffled before.
  for (let epoch = 1; epoch <= past.epoch; epoch++) trainingBatches(train, training.batchSize, order);
  const schedule = scheduleOf(training, train.length, watched);
  for (const { validation } of past.epochs) schedule.endEpoch(watched ? validation[watched] : null);
  const batches = batchesPerEpoch(training, train.length);
  return {
    order,
    // How often it has drawn before is known to nobody: other masks than the first epochs had will do.
    dropout: createRandom(training.seed + 3 + past.epoch * dropoutStride),
    schedule,
    steps: past.epoch * stepsPerEpoch(training, train.length),
    clock: new BatchClock(training.epochs * batches, past.epoch * batches),
  };
}

function scheduleOf(training: TrainingOptions, rows: number, watched: MetricName | undefined): Schedule {
  return createSchedule(training.scheduler, {
    learningRate: training.optimizer.learningRate,
    totalSteps: totalSteps(training, rows),
    stepsPerEpoch: stepsPerEpoch(training, rows),
    isHigherBetter: watched !== undefined && isHigherBetter(watched),
  });
}

/** Goes once through the training texts; undefined where the signal ended it early. */
async function trainEpoch(
  { step, training, form, thresholds, train, half, signal, emit }: EpochsOptions,
  epoch: number,
  progress: Progress,
): Promise<Scores | undefined> {
  const { schedule, clock } = progress;
  const batches = trainingBatches(train, training.batchSize, progress.order);
  const sums = { loss: 0, weight: 0, correct: 0 };
  let number = 0;
  clock.resume();
  for (const group of chunks(batches, training.gradientAccumulation)) {
    const learningRate = schedule.rate(progress.steps + 1);
    const parts = group.map((indices) =>
      makeBatch(
        indices.map((i) => train[i]!),
        form,
      ),
    );
    const divisor = parts.reduce((sum, batch) => sum + batch.divisor, 0);
    for (const batch of parts) {
      if (signal?.aborted) return undefined;
      number++;
      const part = { divisor, isLast: batch === parts.at(-1) };
      const { loss, logits } = await step.train(batch, learningRate, progress.dropout, part);
      if (!Number.isFinite(loss)) throw lostLoss(`epoch ${epoch}, batch ${number}`, training, half);
      const correct = countCorrect(batch, logits, form, { task: form.task, thresholds });
      sums.loss += loss * batch.divisor;
      sums.weight += batch.divisor;
      sums.correct += correct;
      clock.tick(batch.size);
      emit({
        type: 'batch',
        epoch,
        epochs: training.epochs,
        batch: number,
        batches: batches.length,
        step: clock.batches,
        loss,
        accuracy: correct / batch.size,
        learningRate,
        samplesPerSecond: clock.samplesPerSecond,
        etaSeconds: clock.etaSeconds,
      });
    }
    progress.steps++;
  }
  return { loss: sums.loss / sums.weight, accuracy: sums.correct / train.length };
}

/** How many texts got exactly their classes. */
function countCorrect(
  { labels }: Batch,
  logits: Float32Array,
  { outputs }: OutputForm,
  rule: DecisionRule,
): number {
  const isCorrect = (truth: readonly number[], row: number) => {
    const given = decide(probabilitiesOf(rowOf(logits, outputs, row), rule.task), rule);
    return given.length === truth.length && given.every((label, i) => label === truth[i]);
  };
  return labels.filter(isCorrect).length;
}

/** Weights that have become too large to compute with. */
export function lostLoss(
  where: string,
  { optimizer, gradientClip }: TrainingOptions,
  half = false,
): OptionError {
  const clip = gradientClip === 0 ? ', or set "gradientClip" to 1' : '';
  const bits = half ? ' Or its numbers do not fit into 16 bits: leave "precision" (runtime) out.' : '';
  return new OptionError(
    `the loss is no longer a number, in ${where}`,
    ['training', 'optimizer', 'learningRate'],
    `The steps are too large: lower "learningRate" (it is ${optimizer.learningRate})${clip} in the training section.${bits}`,
  );
}
