import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { loadPredictor, type Predictor } from '../predict/predictor';
import { deviceOfModel } from '../runs/model-device';
import { networkFile } from '../runs/model-files';

/** A selection is a few short texts: more threads would take the cores from a training. */
const threads = Math.min(2, availableParallelism());

/** How many models stay open. */
const mostOpen = 3;

interface OpenModel {
  predictor: Promise<Predictor>;
  /** Tells whether the model was written anew since it was opened. */
  version: string;
  users: number;
  /** Out of the list, to be released by its last user. */
  retired: boolean;
}

/** By model folder, the least recently used first. */
const open = new Map<string, OpenModel>();

/**
 * Lends a model's predictor to `work`. The last few models stay open for the next time, unless their files
 * have changed.
 *
 * @throws HumanError where the model cannot be opened
 */
export async function withPredictor<Result>(
  folder: string,
  work: (predictor: Predictor) => Promise<Result>,
): Promise<Result> {
  const model = take(folder, await versionOf(folder));
  model.users++;
  try {
    return await work(await model.predictor);
  } finally {
    model.users--;
    releaseIfDone(model);
  }
}

function take(folder: string, version: string): OpenModel {
  const known = open.get(folder);
  if (known?.version === version) {
    // To the end of the list.
    open.delete(folder);
    open.set(folder, known);
    return known;
  }
  if (known) retire(folder, known);
  const predictor = loadPredictor(folder, {
    threads,
    device: deviceOfModel(folder),
    // The editor's log has what this process prints.
    onFallback: (message) => console.warn(`${folder}: ${message}`),
  });
  const model = { predictor, version, users: 0, retired: false };
  open.set(folder, model);
  // One that cannot be opened must not be remembered: it may be mended.
  model.predictor.catch(() => {
    if (open.get(folder) === model) open.delete(folder);
  });
  for (const [oldest, ofOldest] of open) {
    if (open.size <= mostOpen) break;
    retire(oldest, ofOldest);
  }
  return model;
}

function retire(folder: string, model: OpenModel): void {
  open.delete(folder);
  model.retired = true;
  releaseIfDone(model);
}

function releaseIfDone(model: OpenModel): void {
  if (!model.retired || model.users > 0) return;
  model.predictor.then(
    (predictor) => predictor.release(),
    // Its user has heard of it.
    () => {},
  );
}

/** Empty where there is no model: opening it says what is wrong. */
async function versionOf(folder: string): Promise<string> {
  const file = networkFile(folder);
  const found = file && (await stat(file).catch(() => undefined));
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : '';
}
