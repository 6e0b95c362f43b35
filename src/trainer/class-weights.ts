import { OptionError } from '../experiment/option-error';
import type { TrainingOptions } from '../experiment/schema';
import { didYouMeanHint, listNames, nearestFirst, quoteName } from '../protocol/did-you-mean';
import type { Task } from '../protocol/events';

/**
 * How much each class counts in the loss; undefined where all count alike.
 *
 * `balanced` is scikit-learn's `compute_class_weight('balanced')` for a single-label task, `rows / (classes × count)`,
 * and for a multi-label task each label's rows without it by those with it, as PyTorch advises for
 * `BCEWithLogitsLoss(pos_weight=)`. A class that no row has, or that every row of a multi-label task has, has nothing
 * to be balanced with: its weight is 1. By hand, classes that are not named weigh 1.
 *
 * @param labels the classes in the model's order
 * @param counts how many training rows have each
 * @param rows how many training rows there are
 * @throws OptionError where a class is named that there is not
 */
export function classWeights(
  option: TrainingOptions['classWeights'],
  labels: readonly string[],
  counts: readonly number[],
  rows: number,
  task: Task,
): Float32Array | undefined {
  if (option === 'none') return undefined;
  if (option === 'balanced') return Float32Array.from(balanced(counts, rows, task));
  refuseUnknown(Object.keys(option), labels);
  return Float32Array.from(labels, (label) => (Object.hasOwn(option, label) ? option[label]! : 1));
}

function balanced(counts: readonly number[], rows: number, task: Task): number[] {
  if (task === 'multi-label') {
    return counts.map((count) => (count === 0 || count === rows ? 1 : (rows - count) / count));
  }
  const classes = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : rows / (classes * count)));
}

function refuseUnknown(named: readonly string[], labels: readonly string[]): void {
  const unknown = named.find((label) => !labels.includes(label));
  if (unknown === undefined) return;
  const free = labels.filter((label) => !named.includes(label));
  throw new OptionError(
    `there is no class ${quoteName(unknown)} to weigh`,
    ['training', 'classWeights', unknown],
    `${didYouMeanHint(unknown, free)}The classes are: ${listNames(labels)}.`,
    [{ type: 'rename', names: nearestFirst(unknown, free) }, { type: 'remove' }],
  );
}
