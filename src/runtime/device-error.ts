import { HumanError } from '../protocol/human-error';

/**
 * What can become of a device: it is not there, it is gone (pulled, reset, its driver crashed), its memory is too
 * small, or its driver does not come back.
 */
export type DeviceTrouble = 'missing' | 'lost' | 'memory' | 'hung';

/** Trouble with a device that the processor has not: the same training can go on there. */
export class DeviceError extends HumanError {
  constructor(
    readonly trouble: DeviceTrouble,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, options);
  }
}
