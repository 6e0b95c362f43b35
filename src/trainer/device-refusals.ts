import { OptionError } from '../experiment/option-error';
import type { DeviceName } from '../protocol/devices';
import { listNames } from '../protocol/did-you-mean';
import type { Absence } from '../runtime/probe-protocol';

type Why = Pick<Absence, 'reason' | 'hint'>;

/** A device that the experiment names and that cannot be had here. */
export function refuseDevice(
  device: DeviceName,
  { reason, hint }: Why,
  offered: readonly DeviceName[],
  cause?: unknown,
): OptionError {
  return new OptionError(
    `The device "${device}" cannot be had: ${reason}`,
    ['runtime', 'device'],
    `${hint ?? ''} This system's ONNX Runtime has ${listNames(offered)}; textclf devices tells what is there. "auto" takes what is.`.trim(),
    [{ type: 'set', values: ['auto', 'cpu'] }],
    cause,
  );
}

/** TensorFlow.js where it cannot be loaded. */
export function refuseEngine({ reason, hint }: Why, cause?: unknown): OptionError {
  return new OptionError(
    `TensorFlow.js cannot be had: ${reason}`,
    ['runtime', 'engine'],
    hint ?? 'Install it, or set "engine" to "onnxruntime".',
    [{ type: 'set', values: ['onnxruntime'] }],
    cause,
  );
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
