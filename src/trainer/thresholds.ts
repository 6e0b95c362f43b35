import { OptionError } from '../experiment/option-error';
import type { TrainingOptions } from '../experiment/schema';
import type { DecisionRule } from '../metrics/decide';
import { chooseThresholds, type ThresholdRows } from '../metrics/thresholds';
import type { Task } from '../protocol/events';

type Threshold = TrainingOptions['threshold'];

/** @throws OptionError where a class is not given from some probability on, but for being the most probable one */
export function checkThreshold(threshold: Threshold, task: Task, classes: number): void {
  if (threshold === 0.5 || task === 'multi-label' || classes === 2) return;
  throw new OptionError(
    `a threshold is for two classes or several labels a text, and the data has ${classes} classes`,
    ['training', 'threshold'],
    'Leave "threshold" out: each text gets its most probable class.',
    [{ type: 'remove' }],
  );
}

/**
 * What `training.threshold` means for a model's decisions: see `DecisionRule`. `auto` is chosen on the validation
 * rows of the epoch whose weights are kept; epochs are compared without it, or each would be judged by a threshold
 * that fits its own rows.
 *
 * @param validation what `auto` chooses on; without any rows it leaves decisions as they are by default
 */
export function thresholdsOf(
  threshold: Threshold,
  task: Task,
  labels: readonly string[],
  validation?: ThresholdRows,
): DecisionRule['thresholds'] {
  if (threshold === 0.5) return undefined;
  if (threshold !== 'auto') return task === 'multi-label' ? labels.map(() => threshold) : [threshold];
  return validation && validation.truth.length > 0 ? chooseThresholds(task, labels, validation) : undefined;
}
