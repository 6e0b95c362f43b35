import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder of a workspace that holds everything the product writes; git ignores it. */
export function stateFolder(root: string): string {
  return join(root, '.textclf');
}

export function runsFolder(root: string): string {
  return join(stateFolder(root), 'runs');
}

/** What is kept of data files from run to run; it can be deleted at any time. */
export function dataCacheFolder(root: string): string {
  return join(stateFolder(root), 'cache');
}

/** Where the parts of a run lie, given the run's folder. */
export function runPaths(folder: string) {
  return {
    record: join(folder, 'run.json'),
    experiment: join(folder, 'experiment.json'),
    events: join(folder, 'events.ndjson'),
    log: join(folder, 'trainer.log'),
    checkpoints: join(folder, 'checkpoints'),
    model: join(folder, 'model'),
    evaluation: join(folder, 'evaluation.json'),
    predictions: join(folder, 'predictions.ndjson'),
    labelIssues: join(folder, 'label-issues.json'),
    /** Its presence asks the training to stop. */
    stop: join(folder, 'stop'),
  };
}

/**
 * The folder of a run's saved model, undefined where there is none. A run that was killed while a new model
 * took the place of the old one has the old one still, under the name that it stepped aside to.
 */
export function savedModel(folder: string): string | undefined {
  const { model } = runPaths(folder);
  return [model, `${model}.old`].find(isFilledFolder);
}

function isFilledFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}

/**
 * The workspace folder that `start` (a folder) belongs to: the nearest one upwards that has
 * `.textclf` or `.git`, otherwise `start` itself. Always an absolute path.
 */
export function findRoot(start: string): string {
  const from = resolve(start);
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.textclf')) || existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return from;
  }
}
