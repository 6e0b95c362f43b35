import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/experiment/option-error';
import type { TrainingOptions } from '../../src/experiment/schema';
import type { Task } from '../../src/protocol/events';
import { outputForm } from '../../src/trainer/outputs';

describe('what a model gives, by the loss, the task and the number of classes', () => {
  const table: [TrainingOptions['loss'], Task, classes: number, expected: string][] = [
    ['auto', 'single-label', 2, 'bceWithLogits over 1'],
    ['auto', 'single-label', 3, 'crossEntropy over 3'],
    ['auto', 'multi-label', 2, 'bceWithLogits over 2'],
    ['auto', 'multi-label', 5, 'bceWithLogits over 5'],
    ['crossEntropy', 'single-label', 2, 'crossEntropy over 2'],
    ['bceWithLogits', 'single-label', 2, 'bceWithLogits over 1'],
    ['bceWithLogits', 'multi-label', 3, 'bceWithLogits over 3'],
    ['focal', 'single-label', 2, 'focal bceWithLogits over 1'],
    ['focal', 'single-label', 4, 'focal crossEntropy over 4'],
    ['focal', 'multi-label', 4, 'focal bceWithLogits over 4'],
  ];
  it.each(table)('%s, %s, %i classes', (loss, task, classes, expected) => {
    const form = outputForm({ loss, focalGamma: 1.5, labelSmoothing: 0.1 }, task, classes);
    expect(form).toMatchObject({ task, labelSmoothing: 0.1 });
    expect(form.focalGamma).toBe(loss === 'focal' ? 1.5 : 0);
    expect(`${form.focalGamma ? 'focal ' : ''}${form.loss} over ${form.outputs}`).toBe(expected);
  });

  it('refuses one logit for three classes', () => {
    const options = { loss: 'bceWithLogits', focalGamma: 2, labelSmoothing: 0 } as const;
    expect(() => outputForm(options, 'single-label', 3)).toThrow(OptionError);
  });
});
