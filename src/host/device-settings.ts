import type { Settings } from '../experiment/options';
import type { RuntimeOptions } from '../experiment/schema';
import type { DeviceName, EngineName } from '../protocol/devices';

/** What can stand in an experiment's `runtime`. */
export interface WantedDevice {
  engine: EngineName;
  device: DeviceName | 'auto';
}

/**
 * The options that make an experiment compute on a device. An engine is named only where it has to be another one,
 * and what that device does not know is taken back.
 */
export function deviceSettings({ engine, precision }: RuntimeOptions, wanted: WantedDevice): Settings {
  return {
    'runtime.device': wanted.device,
    ...(engine === wanted.engine ? {} : { 'runtime.engine': wanted.engine }),
    ...(precision === 'float16' && wanted.device !== 'webgpu' ? { 'runtime.precision': 'float32' } : {}),
  };
}

/** Whether an experiment computes on a device by what its file says. */
export function isChosen(runtime: RuntimeOptions, wanted: WantedDevice): boolean {
  return runtime.device === wanted.device && runtime.engine === wanted.engine;
}
