import { cacheFolder } from '../experiment/cache-folder';
import type { Experiment } from '../experiment/schema';
import type { DeviceChoice } from '../protocol/devices';
import type { RunWriter } from '../runs/run-writer';
import { DeviceError } from '../runtime/device-error';
import { type DeviceProbe, deviceProbe } from '../runtime/device-probe';
import { type Executor, isDevice } from '../runtime/executor';
import { cardOf } from '../runtime/hardware';
import { openExecutor } from '../runtime/open-executor';
import { bundled } from './bundled';
import { chooseDevice, withoutWebgpu } from './choose-device';
import type { FailedRun } from './device-failure';
import { refuseDevice, refuseEngine, refuseHalf } from './device-refusals';
import { withWatch } from './device-watch';
import { watched } from './device-watch-executor';
import type { ComputedBy } from './run-context';
import { chooseThreads } from './threads';

/** Looks for devices from the bundled trainer, and compares them with a processor that has the usual threads. */
export function trainersProbe(
  signal?: AbortSignal,
  options: { isFresh?: boolean; threads?: number } = {},
): DeviceProbe {
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
  const chosen = await chooseDevice(experiment, probe);
  return withWatch(chosen, { ...run, id, folder }, async (marks) => {
    const { choice, opened } = await marks.during('first', () => open(chosen, experiment, probe));
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

interface Opened {
  readonly choice: DeviceChoice;
  readonly opened: Executor;
}

async function open(choice: DeviceChoice, { runtime }: Experiment, probe: DeviceProbe): Promise<Opened> {
  const openChosen = async (choice: DeviceChoice): Promise<Opened> => {
    const options = { threads: chooseThreads(runtime.threads), replicaFile: bundled('replica.js') };
    return { choice, opened: await openExecutor(choice, options) };
  };
  const result = await openChosen(choice).catch((error: unknown) => {
    if (!(error instanceof DeviceError) || error.trouble !== 'missing') throw error;
    const { message: reason, hint } = error;
    const why = { reason, hint, cause: error };
    if (choice.engine === 'tensorflow') throw refuseEngine(why);
    // It was there when it was looked for, maybe hours ago. Who did not ask for it need not miss it.
    if (runtime.device === 'auto') return openChosen(withoutWebgpu(reason));
    throw refuseDevice(choice.device, why, probe.offered());
  });
  const { opened } = result;
  if (runtime.precision === 'float32' || (isDevice(opened) && opened.hasHalf)) return result;
  if (isDevice(opened)) await opened.close();
  throw refuseHalf(opened.name);
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
  const card = device === 'cpu' ? undefined : cardOf(device, await probe.cards());
  return { device: card ? `${name}, ${card.name}` : name, threads, ...why };
}
