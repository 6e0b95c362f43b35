import { createRandom } from '../data/random';
import { OptionError } from '../experiment/option-error';
import type { TrainingOptions } from '../experiment/schema';
import { decide } from '../metrics/decide';
import { epochMetrics } from '../metrics/evaluation';
import { probabilities, rowOf } from '../nn/probabilities';
import { rateShare } from '../nn/schedules';
import type { EpochMetrics, NewRunEvent, Scores } from '../protocol/events';
import { type Batch, type EncodedText, makeBatch } from './batch';
import { trainingBatches } from './batches';
import { evaluateSplit } from './evaluate';
import type { Monitor } from './monitor';
import type { OutputForm } from './outputs';
import { totalSteps } from './steps';
import type { TrainingStep } from './training-step';

export interface EpochsOptions {
  readonly step: TrainingStep;
  readonly training: TrainingOptions;
  readonly form: OutputForm;
  readonly labels: string[];
  readonly train: readonly EncodedText[];
  readonly validation: readonly EncodedText[];
  readonly monitor: Monitor;
  readonly signal: AbortSignal | undefined;
  emit(event: NewRunEvent): void;
  /** Called when an epoch is over; `isBest` when its weights are the best so far. May end the training. */
  onEpoch(epoch: {
    epoch: number;
    isBest: boolean;
    train: Scores;
    validation: EpochMetrics;
  }): 'stop' | undefined;
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
  const { step, training, train, validation, monitor, signal, emit } = options;
  const order = createRandom(training.seed + 2);
  const dropout = createRandom(training.seed + 3);
  const steps = totalSteps(training, train.length);
  const rateOf = (number: number) =>
    training.optimizer.learningRate * rateShare(training.scheduler, number, steps);
  const clock = new StepClock(steps);

  for (let epoch = 1; epoch <= training.epochs; epoch++) {
    const startedAt = performance.now();
    const batches = trainingBatches(train, training.batchSize, order);
    const sums = { loss: 0, correct: 0 };
    clock.resume();
    emit({ type: 'phase', phase: 'training' });
    for (const [index, indices] of batches.entries()) {
      if (signal?.aborted) return { epochs: epoch - 1, stopped: 'aborted' };
      const batch = makeBatch(
        indices.map((i) => train[i]!),
        options.form,
      );
      const learningRate = rateOf(clock.steps + 1);
      const result = await step.train(batch, learningRate, dropout);
      if (!Number.isFinite(result.loss)) throw lostLoss(`epoch ${epoch}, batch ${index + 1}`, training);
      const correct = countCorrect(batch, result.logits, options.form);
      sums.loss += result.loss * batch.size;
      sums.correct += correct;
      clock.tick(batch.size);
      emit({
        type: 'batch',
        epoch,
        epochs: training.epochs,
        batch: index + 1,
        batches: batches.length,
        step: clock.steps,
        loss: result.loss,
        accuracy: correct / batch.size,
        learningRate,
        samplesPerSecond: clock.samplesPerSecond,
        etaSeconds: clock.etaSeconds,
      });
    }

    emit({ type: 'phase', phase: 'evaluating' });
    const result = await evaluateSplit(step, {
      split: 'validation',
      texts: validation,
      labels: options.labels,
      form: options.form,
      batchSize: training.batchSize,
      signal,
    });
    if (!result) return { epochs: epoch - 1, stopped: 'aborted' };
    const { evaluation } = result;
    if (evaluation.loss === null && validation.length > 0) {
      throw lostLoss(`epoch ${epoch}, validation`, training);
    }
    const scores = epochMetrics(evaluation);
    const isBest = monitor.record(epoch, scores);
    const trainScores = { loss: sums.loss / train.length, accuracy: sums.correct / train.length };
    // Before the event: who hears of a best epoch finds its model.
    const asked = options.onEpoch({ epoch, isBest, train: trainScores, validation: scores });
    const seconds = (performance.now() - startedAt) / 1000;
    emit({
      type: 'epoch',
      epoch,
      train: trainScores,
      validation: scores,
      // Of its last step.
      learningRate: rateOf(clock.steps),
      best: isBest,
      seconds,
    });
    if (epoch < training.epochs && asked === 'stop') return { epochs: epoch, stopped: 'asked' };
    if (epoch < training.epochs && monitor.shouldStop) return { epochs: epoch, stopped: 'early' };
  }
  return { epochs: training.epochs, stopped: undefined };
}

/** How many texts got exactly their classes. */
function countCorrect({ labels }: Batch, logits: Float32Array, { task, outputs }: OutputForm): number {
  const isCorrect = (truth: readonly number[], row: number) => {
    const given = decide(probabilities(rowOf(logits, outputs, row), task), { task });
    return given.length === truth.length && given.every((label, i) => label === truth[i]);
  };
  return labels.filter(isCorrect).length;
}

/** Weights that have become too large to compute with. */
export function lostLoss(where: string, { optimizer, gradientClip }: TrainingOptions): OptionError {
  const clip = gradientClip === 0 ? ', or set "gradientClip" to 1' : '';
  return new OptionError(
    `the loss is no longer a number, in ${where}`,
    ['training', 'optimizer', 'learningRate'],
    `The steps are too large: lower "learningRate" (it is ${optimizer.learningRate})${clip} in the training section.`,
  );
}

/** Speed over the last seconds, and what is left at that speed. */
class StepClock {
  steps = 0;
  samplesPerSecond = 0;
  private secondsAStep = 0;
  private last = performance.now();

  constructor(private readonly totalSteps: number) {}

  /** Leaves out the time since the last step: evaluating and saving are no training. */
  resume(): void {
    this.last = performance.now();
  }

  tick(samples: number): void {
    const now = performance.now();
    // Not under a microsecond: the rate must stay a finite number.
    const seconds = Math.max(now - this.last, 1e-3) / 1000;
    this.last = now;
    this.steps++;
    // A moving average over about twenty steps; the first steps count in full.
    const weight = Math.max(1 / this.steps, 0.05);
    this.secondsAStep += weight * (seconds - this.secondsAStep);
    this.samplesPerSecond += weight * (samples / seconds - this.samplesPerSecond);
  }

  get etaSeconds(): number {
    return Math.max(0, this.totalSteps - this.steps) * this.secondsAStep;
  }
}
