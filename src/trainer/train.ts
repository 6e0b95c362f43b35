import { dirname, resolve } from 'node:path';
import { readExperiment, runnable } from '../experiment/load';
import type { RunEvent } from '../protocol/events';
import { formatPlace } from '../protocol/human-error';
import { findRoot } from '../runs/paths';
import { onnxruntimeExecutor } from '../runtime/onnxruntime';
import { singleRun, type TrainResult } from './single-run';
import { chooseThreads } from './threads';

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
  const { threads } = experiment.runtime;
  const executor = onnxruntimeExecutor({ threads: chooseThreads(threads) });
  const warnings = parsed.problems.map(({ message, place }) => `${formatPlace(place)}: ${message}`);
  if (threads > executor.threads) {
    warnings.push(
      `runtime.threads is ${threads}, but this machine has ${executor.threads} cores: it computes with ${executor.threads}.`,
    );
  }
  return singleRun({
    experiment,
    experimentFile,
    root: options.root ?? findRoot(dirname(experimentFile)),
    executor,
    warnings,
    signal: options.signal,
    onEvent: options.onEvent,
    onRun: options.onRun,
  });
}
