import { readFile } from 'node:fs/promises';
import { runPaths } from './paths';

/** The experiment of a run with every option spelt out, as it was when the run began; null where it can't be read. */
export async function readSettings(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(runPaths(folder).experiment, 'utf8'));
  } catch {
    return null;
  }
}
