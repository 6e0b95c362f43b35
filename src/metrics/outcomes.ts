import { rowOf } from '../nn/probabilities';
import type { Split, Task } from '../protocol/events';
import { decide } from './decide';

export interface EvaluatedRows {
  split: Split;
  task: Task;
  /** The classes' names; truth gives indices into them. */
  labels: readonly string[];
  /** The classes of each row: exactly one, unless the task is multi-label. */
  truth: readonly ArrayLike<number>[];
  /** [rows, classes]; of both classes also where one logit tells them apart. */
  probabilities: Float32Array;
  /** See `DecisionRule`. */
  thresholds?: readonly number[] | undefined;
  /** Mean loss over the rows; null or not finite where it could not be computed. */
  loss: number | null;
}

/** Which classes rows have and which they were given. */
export interface Outcomes {
  readonly task: Task;
  readonly rows: number;
  readonly classes: number;
  /** [rows, classes]: 1 where the row has the class. */
  readonly truth: Uint8Array;
  /** [rows, classes]: 1 where the class was given to the row. */
  readonly given: Uint8Array;
  /** [rows, classes] */
  readonly probabilities: Float32Array;
}

/** @throws Error where the rows, their classes and their probabilities do not fit each other */
export function outcomesOf({
  task,
  labels,
  truth,
  probabilities,
  thresholds,
}: Omit<EvaluatedRows, 'split' | 'loss'>): Outcomes {
  const [rows, classes] = [truth.length, labels.length];
  if (probabilities.length !== rows * classes) {
    throw new Error(`${probabilities.length} probabilities for ${rows} rows of ${classes} classes.`);
  }
  const outcomes = { truth: new Uint8Array(rows * classes), given: new Uint8Array(rows * classes) };
  for (let row = 0; row < rows; row++) {
    const has = truth[row]!;
    if (task === 'single-label' && has.length !== 1) throw new Error(`Row ${row} has ${has.length} classes.`);
    for (let i = 0; i < has.length; i++) {
      const index = has[i]!;
      if (!(index >= 0 && index < classes)) {
        throw new Error(`Row ${row}: class ${index} is not among ${classes} classes.`);
      }
      outcomes.truth[row * classes + index] = 1;
    }
    for (const index of decide(rowOf(probabilities, classes, row), { task, thresholds })) {
      outcomes.given[row * classes + index] = 1;
    }
  }
  return { task, rows, classes, probabilities, ...outcomes };
}
