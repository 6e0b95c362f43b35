import type { Experiment } from '../experiment/schema';
import { classWeights } from './class-weights';
import { type OutputForm, outputForm } from './outputs';
import type { PreparedData } from './prepare';
import type { RunContext } from './run-context';
import { warmupTrouble } from './steps';
import { checkThreshold } from './thresholds';

type DataFacts = PreparedData['facts'];

/** Tells what the texts are, once they are numbered, and what is doubtful about training on them. */
export function tellData({ experiment, writer }: RunContext, facts: DataFacts): void {
  writer.emit(facts);
  if (facts.rows.validation === 0) {
    const message =
      'No row is left for validation: the last epoch counts as the best, nothing stops training early, and no threshold is chosen.';
    writer.emit({ type: 'warning', message });
  }
  const trouble = warmupTrouble(experiment.training, facts.rows.train);
  if (trouble) writer.emit({ type: 'warning', message: trouble });
}

/**
 * What the network's last layer gives, and what it is compared with.
 *
 * @throws OptionError where loss, threshold or class weights do not fit the classes
 */
export function taskForm(
  { training, model, data: { task } }: Experiment,
  labels: readonly string[],
  { classes, rows }: DataFacts,
): OutputForm {
  checkThreshold(training.threshold, task, labels.length);
  const counts = classes.map(({ train }) => train);
  return {
    ...outputForm(training, task, labels.length, model.type),
    classWeights: classWeights(training.classWeights, labels, counts, rows.train, task),
  };
}
