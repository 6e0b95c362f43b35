import type { TrainingOptions } from '../experiment/schema';

/** How many steps training takes if nothing stops it early. */
export function totalSteps({ epochs, batchSize }: TrainingOptions, rows: number): number {
  return epochs * Math.ceil(rows / batchSize);
}

/** What is wrong where training ends before its warm-up does; undefined where it doesn't. */
export function warmupTrouble(training: TrainingOptions, rows: number): string | undefined {
  const { warmupSteps } = training.scheduler;
  const steps = totalSteps(training, rows);
  if (warmupSteps === 0 || warmupSteps < steps) return undefined;
  return `The learning rate never reaches its full size: training takes ${steps} steps, and warming up ${warmupSteps}.`;
}
