import { OptionError } from '../experiment/option-error';
import type { DeviceName } from '../protocol/devices';
import { listNames } from '../protocol/did-you-mean';
import { DeviceError } from '../runtime/device-error';
import type { Absence } from '../runtime/probe-protocol';

/** The trouble itself where it was met in this process. */
interface Why extends Pick<Absence, 'reason'> {
  readonly hint?: string | undefined;
  readonly cause?: DeviceError;
}

/** A device that the experiment names and that cannot be had here. */
export function refuseDevice(device: DeviceName, why: Why, offered: readonly DeviceName[]): OptionError {
  const { reason, hint } = why;
  return new OptionError(
    `The device "${device}" cannot be had: ${reason}`,
    ['runtime', 'device'],
    `${hint ?? ''} ONNX Runtime is built for ${listNames(offered)} here; textclf devices tells what of it there is, and "auto" takes what suits.`.trim(),
    [{ type: 'set', values: ['auto', 'cpu'] }],
    causeOf(why),
  );
}

/** TensorFlow.js where it cannot be loaded. */
export function refuseEngine(why: Why): OptionError {
  const { reason, hint } = why;
  return new OptionError(
    `TensorFlow.js cannot be had: ${reason}`,
    ['runtime', 'engine'],
    hint ?? 'Install it, or set "engine" to "onnxruntime".',
    [{ type: 'set', values: ['onnxruntime'] }],
    causeOf(why),
  );
}

/** So that the run's record says that its device is why it failed. */
function causeOf({ reason, hint = '', cause }: Why): DeviceError {
  return cause ?? new DeviceError('missing', reason, { hint });
}

/** A device that computes in 32 bits alone. */
export function refuseHalf(device: string): OptionError {
  return new OptionError(
    `${device} does not compute in 16 bits`,
    ['runtime', 'precision'],
    'Leave "precision" out.',
    [{ type: 'remove' }],
  );
}
