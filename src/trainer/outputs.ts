import { OptionError } from '../experiment/option-error';
import type { ModelOptions, TrainingOptions } from '../experiment/schema';
import type { LossType } from '../nn/losses';
import type { Task } from '../protocol/events';

/** What a model's last layer gives, and what training compares it with. */
export interface OutputForm {
  readonly task: Task;
  readonly loss: LossType;
  /** One logit for each class, or a single one for the second of two classes. */
  readonly outputs: number;
  /** Above 0 the loss is focal; by default it is not. */
  readonly focalGamma?: number;
  /** The share of what is true that is spread over all outputs; none by default. */
  readonly labelSmoothing?: number;
  /** How much each class counts: see makeTargets. Without them, all count alike. */
  readonly classWeights?: Float32Array | undefined;
}

type LossOptions = Pick<TrainingOptions, 'loss' | 'focalGamma' | 'labelSmoothing'>;

/**
 * `auto` is one logit with BCE for two classes, cross-entropy for more, and BCE for each label of several;
 * the focal loss takes the same outputs. A pretrained encoder has a logit for each of two classes too, as Hugging
 * Face's classifiers do.
 *
 * @param model the type of the model
 * @throws OptionError where the loss cannot tell so many classes apart
 */
export function outputForm(
  { loss, focalGamma, labelSmoothing }: LossOptions,
  task: Task,
  classes: number,
  model: ModelOptions['type'],
): OutputForm {
  if (task === 'single-label' && loss === 'bceWithLogits' && classes !== 2) {
    throw new OptionError(
      `the loss bceWithLogits is for two classes, and the data has ${classes}`,
      ['training', 'loss'],
      'Set "loss" to "crossEntropy" or "auto" in the experiment\'s training section.',
      [{ type: 'set', values: ['crossEntropy', 'auto'] }],
    );
  }
  const takesSigmoids = task === 'multi-label' || (classes === 2 && model !== 'pretrained');
  const automatic = takesSigmoids ? 'bceWithLogits' : 'crossEntropy';
  const type = loss === 'auto' || loss === 'focal' ? automatic : loss;
  return {
    task,
    loss: type,
    outputs: task === 'single-label' && type === 'bceWithLogits' ? 1 : classes,
    focalGamma: loss === 'focal' ? focalGamma : 0,
    labelSmoothing,
  };
}
