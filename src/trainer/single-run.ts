import { dirname } from 'node:path';
import { loadDataset } from '../data/load';
import type { Dataset } from '../data/rows';
import { located, OptionError } from '../experiment/option-error';
import { resolvedToJson } from '../experiment/parse';
import type { Experiment } from '../experiment/schema';
import type { EpochMetrics, Evaluation, RunEvent } from '../protocol/events';
import { formatError } from '../protocol/human-error';
import { runPaths } from '../runs/paths';
import type { RunRecord } from '../runs/record';
import { createRun } from '../runs/run-writer';
import { watchForStop } from '../runs/stop-request';
import type { Executor } from '../runtime/executor';
import { onnxruntimeVersion } from '../runtime/onnxruntime';
import { enterPhase, type RunContext, type TrainModel } from './run-context';
import { trainBaseline } from './train-baseline';
import { trainNetwork } from './train-network';
import { version } from './version';

export interface SingleRunOptions {
  readonly experiment: Experiment;
  readonly experimentFile: string;
  readonly root: string;
  readonly executor: Executor;
  /** Things to tell at the start. */
  readonly warnings?: readonly string[];
  /** Of one run of a group. */
  readonly parent?: RunRecord['parent'];
  /** The data, where it was read before. */
  readonly dataset?: Dataset;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  readonly onRun?: ((run: { id: string; folder: string }) => void) | undefined;
  readonly onEpoch?: ((epoch: number, validation: EpochMetrics) => 'stop' | undefined) | undefined;
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
  const { experiment, experimentFile, root, executor } = options;
  const writer = createRun(
    {
      root,
      name: experiment.name,
      experimentFile,
      experimentText: resolvedToJson(experiment),
      model: experiment.model.type,
      ...(options.parent ? { parent: options.parent } : {}),
      seed: experiment.training.seed,
      versions: { textclf: version, onnxruntime: onnxruntimeVersion },
      device: executor.name,
      threads: executor.threads,
    },
    options.onEvent,
  );
  const { id, folder } = writer;
  options.onRun?.({ id, folder });
  const stop = new AbortController();
  const forward = () => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) forward();
  else options.signal?.addEventListener('abort', forward, { once: true });
  const endWatch = watchForStop(folder, () => stop.abort());
  try {
    writer.update({ status: 'running' });
    writer.emit({ type: 'started', id, name: experiment.name });
    for (const message of options.warnings ?? []) writer.emit({ type: 'warning', message });
    const context: RunContext = {
      writer,
      experiment,
      folder: dirname(experimentFile),
      root,
      paths: runPaths(folder),
      executor,
      signal: stop.signal,
      onEpoch: options.onEpoch,
    };
    const evaluation = await readAndTrain(context, options.dataset);
    const status = stop.signal.aborted ? 'stopped' : 'succeeded';
    writer.finish(status);
    return { status, id, folder, evaluation };
  } catch (thrown) {
    if (stop.signal.aborted && thrown === stop.signal.reason) {
      writer.finish('stopped');
      return { status: 'stopped', id, folder, evaluation: undefined };
    }
    const error = thrown instanceof OptionError ? await located(thrown, experimentFile) : thrown;
    writer.finish('failed', formatError(error));
    throw error;
  } finally {
    endWatch();
    options.signal?.removeEventListener('abort', forward);
  }
}

async function readAndTrain(
  context: RunContext,
  given: Dataset | undefined,
): Promise<Evaluation | undefined> {
  const { experiment, folder, writer, signal } = context;
  enterPhase(context, 'reading data');
  const dataset = given ?? (await loadDataset(experiment.data, folder, experiment.training.seed));
  writer.update({ dataDigest: dataset.digest });
  signal.throwIfAborted();
  const trainModel: TrainModel = experiment.model.type === 'baseline' ? trainBaseline : trainNetwork;
  return trainModel(context, dataset);
}
