import { dirname, join } from 'node:path';
import type { Dataset } from '../data/rows';
import type { Experiment } from '../experiment/schema';
import type { Evaluation } from '../protocol/events';
import { runPaths, runsFolder } from '../runs/paths';
import { refuseOtherData } from './continue-run';
import { dataCacheOf } from './data-cache';
import { fetchRunDataset } from './fetch-dataset';
import { loadData } from './load-data';
import { trainersProbe, withDevice } from './open-device';
import { openRun, type RunOptions } from './open-run';
import { enterPhase, type RunContext, type TrainModel } from './run-context';
import { chooseThreads } from './threads';
import { trainBaseline } from './train-baseline';
import { trainNetwork } from './train-network';
import { trainPretrained } from './train-pretrained';

export interface SingleRunOptions extends RunOptions {
  /** Gives the data where it may have been read before; otherwise it is read. */
  readonly load?: (signal: AbortSignal) => Promise<Dataset>;
  readonly onEpoch?: RunContext['onEpoch'];
  readonly onJudged?: RunContext['onJudged'];
  readonly onCard?: RunContext['onCard'];
}

export interface TrainResult {
  readonly status: 'succeeded' | 'stopped';
  readonly id: string;
  readonly folder: string;
  /** Of the test set, or of validation where there is none; missing where the run was stopped. */
  readonly evaluation: Evaluation | undefined;
}

/**
 * Trains one model, from the making of its run folder to its last event.
 *
 * @throws HumanError for what a person can mend; the run is then marked as failed with the same message
 */
export async function singleRun(options: SingleRunOptions): Promise<TrainResult> {
  const { experiment, experimentFile, root, settings = [], parent, past } = options;
  const { onEpoch, onJudged, onCard } = options;
  const folder = dirname(experimentFile);
  const load = options.load ?? ((signal) => loadData(experiment, folder, root, signal));
  const { result, ...run } = await openRun(options, (writer, signal) => {
    const threads = chooseThreads(experiment.runtime.threads);
    const { probe = trainersProbe(signal, { threads }) } = options;
    const group = parent && join(runsFolder(root), parent.id);
    const run = { experiment, experimentFile, settings, group, writer, probe };
    return withDevice(run, async (executor, computedBy) => {
      const paths = runPaths(writer.folder);
      const context: RunContext = {
        ...{ writer, experiment, folder, root, paths, executor, computedBy, signal },
        ...{ past, onEpoch, onJudged, onCard },
      };
      await fetchRunDataset(context, experiment);
      enterPhase(context, 'reading data');
      const dataset = await load(signal);
      writer.update({ dataDigest: dataset.digest });
      if (past) refuseOtherData(past, dataset.digest);
      signal.throwIfAborted();
      return trainerOf(experiment)(context, dataset);
    });
  });
  await dataCacheOf(root)?.settled();
  return { ...run, evaluation: result };
}

const trainers: { readonly [Type in Experiment['model']['type']]?: TrainModel } = {
  baseline: trainBaseline,
  pretrained: trainPretrained,
};

function trainerOf({ model }: Experiment): TrainModel {
  return trainers[model.type] ?? trainNetwork;
}
