import { cacheFolder } from '../experiment/cache-folder';
import type { Experiment } from '../experiment/schema';
import type { DeviceChoice } from '../protocol/devices';
import type { RunWriter } from '../runs/run-writer';
import { DeviceError } from '../runtime/device-error';
import { type DeviceProbe, deviceProbe } from '../runtime/device-probe';
import { type Executor, isDevice } from '../runtime/executor';
import { openExecutor } from '../runtime/open-executor';
import { bundled } from './bundled';
import { chooseDevice } from './choose-device';
import type { FailedRun } from './device-failure';
import { refuseDevice, refuseEngine, refuseHalf } from './device-refusals';
import { withWatch } from './device-watch';
import { watched } from './device-watch-executor';
import type { ComputedBy } from './run-context';
import { chooseThreads } from './threads';

/** Looks for devices from the bundled trainer. */
export function trainersProbe(signal?: AbortSignal, options: { isFresh?: boolean } = {}): DeviceProbe {
  return deviceProbe({
    file: bundled('device-probe.js'),
    cacheFolder: cacheFolder(),
    threads: chooseThreads(0),
    signal,
    ...options,
  });
}

/** A run that its device may fail in. */
interface DeviceRun extends Omit<FailedRun, 'id' | 'folder'> {
  readonly writer: Pick<RunWriter, 'id' | 'folder' | 'update' | 'log'>;
  readonly probe: DeviceProbe;
}

/**
 * Opens what computes a run, says what it is in the run's record and log, and ends its use when the work is done.
 *
 * @throws OptionError where the experiment asks for a device that cannot be had; DeviceError where it fails, with what is
 * left of the run
 */
export async function withDevice<Result>(
  { writer, probe, ...run }: DeviceRun,
  work: (executor: Executor, computedBy: ComputedBy) => Promise<Result>,
): Promise<Result> {
  const { experiment } = run;
  const { id, folder } = writer;
  const choice = await chooseDevice(experiment, probe);
  return withWatch(choice, { ...run, id, folder }, async (marks) => {
    const opened = await marks.during('first', () => open(choice, experiment, probe));
    const executor = choice.device === 'cpu' && !isDevice(opened) ? opened : watched(opened, marks);
    try {
      const computedBy = await describe(choice, experiment, executor, probe);
      writer.update({ device: computedBy.device, threads: computedBy.threads, runtime: choice });
      writer.log(`computed by ${computedBy.device}${choice.reason ? `. ${choice.reason}` : ''}`);
      return await work(executor, computedBy);
    } finally {
      if (isDevice(executor)) await executor.close();
    }
  });
}

async function open(choice: DeviceChoice, { runtime }: Experiment, probe: DeviceProbe): Promise<Executor> {
  const executor = await openExecutor(choice, {
    threads: chooseThreads(runtime.threads),
    replicaFile: bundled('replica.js'),
  }).catch((error: unknown) => {
    if (!(error instanceof DeviceError) || error.trouble !== 'missing') throw error;
    const { message: reason, hint } = error;
    const why = { reason, hint, cause: error };
    throw choice.engine === 'tensorflow'
      ? refuseEngine(why)
      : refuseDevice(choice.device, why, probe.offered());
  });
  if (runtime.precision === 'float32' || (isDevice(executor) && executor.hasHalf)) return executor;
  if (isDevice(executor)) await executor.close();
  throw refuseHalf(executor.name);
}

/** In words: the baseline's sparse sums are no work for onnxruntime. */
async function describe(
  { device, reason }: DeviceChoice,
  { model }: Experiment,
  { name, threads }: Executor,
  probe: DeviceProbe,
): Promise<ComputedBy> {
  const why = reason === undefined ? {} : { reason };
  if (model.type === 'baseline') return { device: 'cpu', threads: 1, ...why };
  const [card] = device === 'cpu' ? [] : await probe.cards();
  return { device: card ? `${name} (${card.name})` : name, threads, ...why };
}
