import { OptionError } from '../experiment/option-error';
import type { TrainingOptions } from '../experiment/schema';
import type { LossType } from '../nn/losses';
import type { Task } from '../protocol/events';

/** What a model's last layer gives, and what training compares it with. */
export interface OutputForm {
  readonly task: Task;
  readonly loss: LossType;
  /** One logit for each class, or a single one for the second of two classes. */
  readonly outputs: number;
}

/** `auto` is one logit with BCE for two classes, cross-entropy for more, and BCE for each label of several. */
export function outputForm(loss: TrainingOptions['loss'], task: Task, classes: number): OutputForm {
  if (task === 'single-label' && loss === 'bceWithLogits' && classes !== 2) {
    throw new OptionError(
      `the loss bceWithLogits is for two classes, and the data has ${classes}`,
      ['training', 'loss'],
      'Set "loss" to "crossEntropy" or "auto" in the experiment\'s training section.',
      [{ type: 'set', values: ['crossEntropy', 'auto'] }],
    );
  }
  const type =
    loss === 'auto' ? (task === 'multi-label' || classes === 2 ? 'bceWithLogits' : 'crossEntropy') : loss;
  const single = task === 'single-label' && type === 'bceWithLogits';
  return { task, loss: type as LossType, outputs: single ? 1 : classes };
}
