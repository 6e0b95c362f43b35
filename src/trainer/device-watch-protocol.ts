import type { FailedRun } from './device-failure';

/** What the watching thread is given. */
export interface WatchTask {
  /** See `slots`. */
  readonly shared: SharedArrayBuffer;
  readonly run: FailedRun;
}

/** What stands where in the shared memory, each 32 bits. */
export const slots = {
  /** Grows whenever a call of the device begins or ends. */
  changes: 0,
  /** How long the calls under way may take, in milliseconds; 0 where there are none. */
  patience: 1,
} as const;

export const slotCount = Object.keys(slots).length;
