import { dirname, resolve } from 'node:path';
import type { Experiment } from '../experiment/schema';

/**
 * The data files, folders, patterns and word vectors that an experiment names, as absolute paths.
 *
 * @param file the experiment's
 */
export function namedFiles({ data, model }: Experiment, file: string): string[] {
  const vectors = 'embedding' in model ? model.embedding.vectors : undefined;
  const named = [data.train, data.validation, data.test, vectors].flat();
  return named.filter((name) => typeof name === 'string').map((name) => resolve(dirname(file), name));
}
