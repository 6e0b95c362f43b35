import { existsSync, writeFileSync } from 'node:fs';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { removeQuietly } from './atomic';
import { runPaths } from './paths';
import { displayStatus, mayBeRunning, readRecord } from './record';

/** How often a training looks for a request, in milliseconds. */
const interval = 250;

/**
 * Asks a training to stop as Ctrl-C would: after the batch at hand, with the best model kept. A file is what
 * every operating system has, and what still works when the process that started the training is gone.
 *
 * @throws HumanError where the run is not running, or its folder cannot be written
 */
export function requestStop(folder: string): void {
  const { stop } = runPaths(folder);
  refuseUnlessRunning(folder);
  try {
    writeFileSync(stop, '');
  } catch (error) {
    throw fileError('writing', stop, error);
  }
  try {
    // It may have ended meanwhile: nobody would remove the file.
    refuseUnlessRunning(folder);
  } catch (error) {
    removeQuietly(stop);
    throw error;
  }
}

/** Whether a run was asked to stop and has not ended yet. */
export function stopRequested(folder: string): boolean {
  return existsSync(runPaths(folder).stop);
}

/**
 * Looks for a request while a run goes on.
 *
 * @returns ends the looking, and removes the request
 */
export function watchForStop(folder: string, onStop: () => void): () => void {
  const timer = setInterval(() => {
    if (!stopRequested(folder)) return;
    clearInterval(timer);
    onStop();
  }, interval);
  timer.unref();
  return () => {
    clearInterval(timer);
    removeQuietly(runPaths(folder).stop);
  };
}

function refuseUnlessRunning(folder: string): void {
  const record = readRecord(folder);
  if (mayBeRunning(record)) return;
  throw new HumanError(`The run ${record.id} is not running: its status is ${displayStatus(record)}.`);
}
