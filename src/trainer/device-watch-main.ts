/** The thread that watches a device while the training waits for it. */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { formatError } from '../protocol/human-error';
import { removeQuietly } from '../runs/atomic';
import { runPaths } from '../runs/paths';
import { readRecord } from '../runs/record';
import { beatFor, RunWriter } from '../runs/run-writer';
import { DeviceError } from '../runtime/device-error';
import { failureOf, withAdvice } from './device-failure';
import { give, slots, take, type WatchTask } from './device-watch-protocol';

const task = workerData as WatchTask;
const marks = new Int32Array(task.shared);

/** Milliseconds between two looks. */
const interval = 250;

/** How long a call lasts, in milliseconds, before heartbeats are looked after. */
const beatsAfter = 2000;

let last = performance.now();
let seenChanges = -1;
/** How long nothing has changed, as far as it was looked at: a machine that slept meanwhile has not waited. */
let waited = 0;

function look(): void {
  const now = performance.now();
  const passed = Math.min(now - last, 2 * interval);
  last = now;
  // From here on no call comes back, and the training thread writes nothing.
  take(marks);
  const changes = Atomics.load(marks, slots.changes);
  const patience = Atomics.load(marks, slots.patience);
  waited = changes === seenChanges && patience > 0 ? waited + passed : 0;
  seenChanges = changes;
  if (patience > 0 && waited >= patience) endProcess(patience);
  if (waited > beatsAfter) beat();
  give(marks);
}

/** The folders of the run, and of the group's own run where it is one of a group's. */
function folders(): string[] {
  const { folder, group } = task.run;
  return group === undefined ? [folder] : [folder, group];
}

/** While the training thread waits, it cannot say that it lives. */
function beat(): void {
  for (const folder of folders()) {
    try {
      beatFor(folder);
    } catch {
      // As with heartbeats of its own: the next event meets the same trouble and says so.
    }
  }
}

/** Writes the run's last words for the training thread, which is inside the driver. */
function endProcess(patience: number): void {
  try {
    const error = withAdvice(hung(patience), task.run);
    for (const folder of folders()) endRun(folder, error);
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
    removeQuietly(runPaths(folder).stop);
  } catch {
    // A folder that is gone or broken takes no last words; the process has to end all the same.
  }
}

setInterval(look, interval);
parentPort!.postMessage('watching');
