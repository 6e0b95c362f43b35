import { readFileSync } from 'node:fs';
import { parseExperiment } from '../experiment/parse';
import type { Experiment } from '../experiment/schema';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { runPaths } from './paths';

/**
 * The experiment that a run was made of, as it was then.
 *
 * @throws HumanError where it cannot be read
 */
export function readRunExperiment(folder: string): Experiment {
  const file = runPaths(folder).experiment;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
  const { experiment, problems } = parseExperiment(text, file);
  if (experiment) return experiment;
  throw new HumanError(`The run's experiment cannot be read: ${problems[0]?.message}`, {
    place: problems[0]?.place ?? { file },
    hint: 'It was made by another version of TextClf, or changed. Train it anew.',
  });
}
