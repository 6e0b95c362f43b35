import { located, OptionError } from '../experiment/option-error';
import { resolvedToJson } from '../experiment/parse';
import type { Experiment } from '../experiment/schema';
import type { RunEvent } from '../protocol/events';
import { formatError } from '../protocol/human-error';
import type { RunRecord } from '../runs/record';
import { createRun, type RunWriter } from '../runs/run-writer';
import { watchForStop } from '../runs/stop-request';
import type { DeviceProbe } from '../runtime/device-probe';
import { onnxruntimeVersion } from '../runtime/onnxruntime';
import type { Past } from './continue-run';
import { failureOf } from './device-failure';
import { chooseThreads } from './threads';
import { version } from './version';

export interface RunOptions {
  readonly experiment: Experiment;
  readonly experimentFile: string;
  readonly root: string;
  /** What the command line set in the file. */
  readonly settings?: readonly string[] | undefined;
  /** What the run goes on from. */
  readonly past?: Past | undefined;
  /** Things to tell at the start. */
  readonly warnings?: readonly string[];
  /** Of a run that stands for several. */
  readonly group?: RunRecord['group'];
  /** Of one of the several. */
  readonly parent?: RunRecord['parent'];
  /** Looks for devices; those of a group's runs share one, so that it looks once. */
  readonly probe?: DeviceProbe;
  /** Ends the run after the batch at hand. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  readonly onRun?: ((run: { id: string; folder: string }) => void) | undefined;
}

export interface RunResult<Result> {
  readonly status: 'succeeded' | 'stopped';
  readonly id: string;
  readonly folder: string;
  /** Missing where the work was stopped before it had one. */
  readonly result: Result | undefined;
}

/** Of a search, which may try several, no one encoder is told. */
function encoderOf({ model }: Experiment, group: RunOptions['group']): { encoder?: string } {
  return model.type === 'pretrained' && group?.kind !== 'search' ? { encoder: model.encoder } : {};
}

/**
 * Makes a run's folder, works, and says how it ended: in the record, and by the last event.
 *
 * @param work is given the signal that ends it: aborted by `options.signal`, and where the run is asked to stop
 * @throws HumanError for what a person can mend; the run is then marked as failed with the same message
 */
export async function openRun<Result>(
  options: RunOptions,
  work: (writer: RunWriter, signal: AbortSignal) => Promise<Result>,
): Promise<RunResult<Result>> {
  const { experiment, experimentFile } = options;
  const { engine, device, threads } = experiment.runtime;
  const writer = createRun(
    {
      root: options.root,
      name: experiment.name,
      experimentFile,
      experimentText: resolvedToJson(experiment),
      model: experiment.model.type,
      ...encoderOf(experiment, options.group),
      ...(options.group ? { group: options.group } : {}),
      ...(options.parent ? { parent: options.parent } : {}),
      ...(options.past ? { continues: options.past.id } : {}),
      seed: experiment.training.seed,
      versions: { textclf: version, onnxruntime: onnxruntimeVersion },
      // Until one is chosen and opened.
      device: `${engine}, ${device}`,
      threads: chooseThreads(threads),
    },
    options.onEvent,
  );
  const { id, folder } = writer;
  const stop = new AbortController();
  const forward = () => stop.abort(options.signal?.reason);
  if (options.signal?.aborted) forward();
  else options.signal?.addEventListener('abort', forward, { once: true });
  const endWatch = watchForStop(folder, () => stop.abort());
  try {
    options.onRun?.({ id, folder });
    writer.update({ status: 'running' });
    writer.emit({ type: 'started', id, name: experiment.name });
    for (const message of options.warnings ?? []) writer.emit({ type: 'warning', message });
    const result = await work(writer, stop.signal);
    const status = stop.signal.aborted ? 'stopped' : 'succeeded';
    writer.finish(status);
    return { status, id, folder, result };
  } catch (thrown) {
    if (stop.signal.aborted && thrown === stop.signal.reason) {
      writer.finish('stopped');
      return { status: 'stopped', id, folder, result: undefined };
    }
    const error = thrown instanceof OptionError ? await located(thrown, experimentFile) : thrown;
    writer.finish('failed', formatError(error), failureOf(error));
    throw error;
  } finally {
    endWatch();
    options.signal?.removeEventListener('abort', forward);
  }
}
