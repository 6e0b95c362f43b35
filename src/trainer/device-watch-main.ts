/** The thread that watches a device while the training waits for it. */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { formatError } from '../protocol/human-error';
import { readRecord } from '../runs/record';
import { RunWriter } from '../runs/run-writer';
import { DeviceError } from '../runtime/device-error';
import { failureOf, withAdvice } from './device-failure';
import { slots, type WatchTask } from './device-watch-protocol';

const task = workerData as WatchTask;
const marks = new Int32Array(task.shared);

/** Milliseconds between two looks. */
const interval = 250;

let last = performance.now();
let seenChanges = -1;
/** How long nothing has changed, as far as it was looked at: a machine that slept meanwhile has not waited. */
let waited = 0;

function look(): void {
  const now = performance.now();
  const passed = Math.min(now - last, 2 * interval);
  last = now;
  const changes = Atomics.load(marks, slots.changes);
  const patience = Atomics.load(marks, slots.patience);
  if (changes !== seenChanges || patience === 0) {
    seenChanges = changes;
    waited = 0;
    return;
  }
  waited += passed;
  if (waited >= patience) endProcess(patience);
}

/**
 * The training thread is inside the driver and writes nothing meanwhile, so that this one can write the run's last
 * words for it.
 */
function endProcess(patience: number): void {
  const { run } = task;
  const error = withAdvice(hung(patience), run);
  try {
    endRun(run.folder, error);
    if (run.group !== undefined) endRun(run.group, error);
    // Streams of a thread are written by the main thread, which hangs.
    writeSync(2, `\nerror: ${formatError(error)}\n`);
  } finally {
    // A thread's own exit would end only itself, and an orderly one waits for the driver.
    process.kill(process.pid, 'SIGKILL');
  }
}

function hung(patience: number): DeviceError {
  const seconds = Math.round(patience / 100) / 10;
  return new DeviceError(
    'hung',
    `The device (${deviceOf(task.run.folder)}) has not answered for ${seconds} s.`,
    {
      hint: 'Its driver hangs: end other programs that use the device, update the driver, or restart the machine.',
    },
  );
}

/** As the record has it, which tells more once the device was opened. */
function deviceOf(folder: string): string {
  try {
    return readRecord(folder).device;
  } catch {
    return 'unknown';
  }
}

function endRun(folder: string, error: DeviceError): void {
  try {
    new RunWriter(folder, readRecord(folder)).finish('failed', formatError(error), failureOf(error));
  } catch {
    // A folder that is gone or broken takes no last words; the process has to end all the same.
  }
}

setInterval(look, interval);
parentPort!.postMessage('watching');
