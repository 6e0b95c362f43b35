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
  /** 1 while the watching thread writes into the run's folder: a call that comes back meanwhile waits for it. */
  writing: 2,
} as const;

export const slotCount = Object.keys(slots).length;

/** Has the other thread wait until `give`. */
export function take(marks: Int32Array): void {
  while (Atomics.compareExchange(marks, slots.writing, 0, 1) !== 0) Atomics.wait(marks, slots.writing, 1);
}

export function give(marks: Int32Array): void {
  Atomics.store(marks, slots.writing, 0);
  Atomics.notify(marks, slots.writing);
}
