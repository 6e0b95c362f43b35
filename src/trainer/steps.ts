import type { TrainingOptions } from '../experiment/schema';

type StepOptions = Pick<TrainingOptions, 'epochs' | 'batchSize' | 'gradientAccumulation' | 'scheduler'>;

/** How many batches the rows make in each epoch. */
export function batchesPerEpoch({ batchSize }: StepOptions, rows: number): number {
  return Math.ceil(rows / batchSize);
}

/** An epoch's last step may be of fewer batches than the others. */
export function stepsPerEpoch(training: StepOptions, rows: number): number {
  return Math.ceil(batchesPerEpoch(training, rows) / training.gradientAccumulation);
}

/** How many steps training takes if nothing stops it early. */
export function totalSteps(training: StepOptions, rows: number): number {
  return training.epochs * stepsPerEpoch(training, rows);
}

/** What is wrong where training ends before its warm-up does; undefined where it doesn't. */
export function warmupTrouble(training: StepOptions, rows: number): string | undefined {
  const { scheduler } = training;
  const warmupSteps = 'warmupSteps' in scheduler ? scheduler.warmupSteps : 0;
  const steps = totalSteps(training, rows);
  if (warmupSteps === 0 || warmupSteps < steps) return undefined;
  return `The learning rate never reaches its full size: training takes ${steps} steps, and warming up ${warmupSteps}.`;
}
