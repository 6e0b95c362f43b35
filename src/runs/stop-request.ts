import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../protocol/file-error';

/** The training process looks for this file: it works on every system, whoever started the process. */
function stopFile(folder: string): string {
  return join(folder, 'stop');
}

/**
 * Asks the process that writes a run's folder to stop after the batch at hand, as Ctrl-C does.
 *
 * @throws HumanError where the folder cannot be written
 */
export function requestStop(folder: string): void {
  try {
    writeFileSync(stopFile(folder), '');
  } catch (error) {
    throw fileError('writing', stopFile(folder), error);
  }
}

/** Whether the run was asked to stop and has not ended yet. */
export function stopRequested(folder: string): boolean {
  return existsSync(stopFile(folder));
}
