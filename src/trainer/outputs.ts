import { OptionError } from '../experiment/option-error';
import type { TrainingOptions } from '../experiment/schema';
import type { LossType } from '../nn/losses';

/** What a model's last layer gives, and what training compares it with. */
export interface OutputForm {
  readonly loss: LossType;
  /** One logit for each class, or a single one for the second of two classes. */
  readonly outputs: number;
}

/** `auto` is one logit with BCE for two classes and cross-entropy for more. */
export function outputForm(loss: TrainingOptions['loss'], classes: number): OutputForm {
  if (loss === 'bceWithLogits' && classes !== 2) {
    throw new OptionError(
      `the loss bceWithLogits is for two classes, and the data has ${classes}`,
      ['training', 'loss'],
      'Set "loss" to "crossEntropy" or "auto" in the experiment\'s training section.',
      [{ type: 'set', values: ['crossEntropy', 'auto'] }],
    );
  }
  const type: LossType = loss === 'auto' ? (classes === 2 ? 'bceWithLogits' : 'crossEntropy') : loss;
  return { loss: type, outputs: type === 'bceWithLogits' ? 1 : classes };
}
