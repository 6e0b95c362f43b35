import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Predictor } from '../predict/predictor';
import { HumanError } from '../protocol/human-error';
import { findRun, type Run } from '../runs/list';
import { deviceOfModel } from '../runs/model-device';
import { networkFile } from '../runs/model-files';
import { runPaths, savedModel } from '../runs/paths';
import { harmlessLines } from './format/harmless';
import type { DeviceOptions } from './options';
import type { Terminal } from './terminal';

export interface FoundModel {
  /** The folder of `config.json`. */
  folder: string;
  /** The run that made it; a copied model folder has none. */
  run?: Run;
}

export const runOptionText = 'a run (its id, or the start of it), "latest", or the folder of a run or model';

/**
 * The model that a person means by a run's id or the beginning of it, by `latest`, or by the path of a run
 * folder or of a model folder.
 *
 * @throws HumanError where there is none
 */
export function findModel(root: string, reference: string): FoundModel {
  if (networkFile(reference) !== undefined) {
    const folder = resolve(reference);
    const parent = dirname(folder);
    const isInRun = savedModel(parent) === folder && existsSync(runPaths(parent).record);
    return isInRun ? { folder, run: findRun(root, parent) } : { folder };
  }
  const run = findRun(root, reference);
  const folder = savedModel(run.folder);
  if (folder !== undefined) return { folder, run };
  throw new HumanError(`The run ${run.id} has no model (its status is ${run.status}).`, {
    place: { file: run.folder },
    hint: 'Choose another one: textclf runs',
  });
}

/**
 * Opens a model on the device that a person names, which must be there; else on what it was trained on, if that is.
 *
 * @throws HumanError where it cannot be opened
 */
export async function openPredictor(
  folder: string,
  { device }: DeviceOptions,
  terminal: Terminal,
): Promise<Predictor> {
  const { loadPredictor } = await import('../predict/predictor');
  if (device) return loadPredictor(folder, { device });
  const onFallback = (message: string) => terminal.note(`warning: ${harmlessLines(message)}`);
  return loadPredictor(folder, { device: deviceOfModel(folder), onFallback });
}
