import { dirname, resolve } from 'node:path';
import { baselineOf } from '../experiment/baseline-of';
import { readExperiment, runnable } from '../experiment/load';
import type { RunEvent } from '../protocol/events';
import { formatPlace } from '../protocol/human-error';
import { findRoot } from '../runs/paths';
import { planGroup } from '../search/plan';
import { type Past, pastOf, severalRuns } from './continue-run';
import { groupRun, type TrialName } from './group-run';
import { trainersProbe } from './open-device';
import { singleRun, type TrainResult } from './single-run';
import { chooseThreads } from './threads';

export interface TrainOptions {
  readonly experimentFile: string;
  /** Options that are other than in the file: `training.epochs=3`. */
  readonly settings?: readonly string[] | undefined;
  /** Trains the baseline on the experiment's data instead of its own model. */
  readonly baseline?: boolean;
  /**
   * A run whose model is trained further, from its best epoch on: its id, the beginning of it, or its folder. Where it has
   * finished no epoch, the training begins anew.
   */
  readonly continueFrom?: string | undefined;
  /** The workspace folder that gets the run; by default the one that the experiment lies in. */
  readonly root?: string;
  /**
   * Aborting it stops the run after the batch at hand; the best model so far is kept. `requestStop` does the
   * same from another process.
   */
  readonly signal?: AbortSignal;
  /** `trial` names the run that the event is of where the experiment makes several; without it, it is of the whole. */
  readonly onEvent?: (event: RunEvent, trial?: TrialName) => void;
  /** Called once the run's folder is there. */
  readonly onRun?: (run: { id: string; folder: string }) => void;
}

/**
 * Trains an experiment from its file to its run folder; where it is a search, a cross-validation or repeated, to the
 * folders of several runs and of one that stands for them.
 *
 * @throws HumanError for what a person can mend; the run, if it had begun, is marked as failed
 * with the same message
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const experimentFile = resolve(options.experimentFile);
  const parsed = await readExperiment(experimentFile, options.settings);
  const written = runnable(parsed);
  const experiment = options.baseline ? baselineOf(written) : written;
  const { threads } = experiment.runtime;
  const used = chooseThreads(threads);
  // What is doubtful about a network is nothing to the baseline.
  const problems = parsed.problems.filter(({ path }) => !options.baseline || path[0] === 'data');
  const warnings = problems.map(({ message, place }) => `${formatPlace(place)}: ${message}`);
  if (threads > used) {
    warnings.push(
      `runtime.threads is ${threads}, but this machine has ${used} cores: it computes with ${used}.`,
    );
  }
  const plan = planGroup(experiment, parsed.written);
  const root = options.root ?? findRoot(dirname(experimentFile));
  const { continueFrom, settings } = options;
  let past: Past | undefined;
  if (continueFrom !== undefined) {
    if (plan) throw severalRuns(plan.kind);
    past = await pastOf(continueFrom, { experiment, experimentFile, root });
    if (!past) warnings.push(`The run ${continueFrom} has finished no epoch: this one begins anew.`);
  }
  const run = {
    ...{ experiment, experimentFile, root, settings, past },
    warnings,
    probe: trainersProbe(options.signal, { threads: used }),
    signal: options.signal,
    onEvent: options.onEvent && ((event: RunEvent) => options.onEvent!(event)),
    onRun: options.onRun,
  };
  return plan ? groupRun({ ...run, plan, onTrialEvent: options.onEvent }) : singleRun(run);
}
