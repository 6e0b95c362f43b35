import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/experiment/option-error';
import type { ModelOptions, TrainingOptions } from '../../src/experiment/schema';
import type { Task } from '../../src/protocol/events';
import { outputForm } from '../../src/trainer/outputs';

describe('what a model gives, by the loss, the task and the number of classes', () => {
  const table: [
    TrainingOptions['loss'],
    Task,
    classes: number,
    model: ModelOptions['type'],
    expected: string,
  ][] = [
    ['auto', 'single-label', 2, 'lstm', 'bceWithLogits over 1'],
    ['auto', 'single-label', 3, 'lstm', 'crossEntropy over 3'],
    ['auto', 'multi-label', 2, 'lstm', 'bceWithLogits over 2'],
    ['auto', 'multi-label', 5, 'lstm', 'bceWithLogits over 5'],
    ['crossEntropy', 'single-label', 2, 'lstm', 'crossEntropy over 2'],
    ['bceWithLogits', 'single-label', 2, 'lstm', 'bceWithLogits over 1'],
    ['bceWithLogits', 'multi-label', 3, 'lstm', 'bceWithLogits over 3'],
    ['focal', 'single-label', 2, 'lstm', 'focal bceWithLogits over 1'],
    ['focal', 'single-label', 4, 'lstm', 'focal crossEntropy over 4'],
    ['focal', 'multi-label', 4, 'lstm', 'focal bceWithLogits over 4'],
    ['auto', 'single-label', 2, 'pretrained', 'crossEntropy over 2'],
    ['focal', 'single-label', 2, 'pretrained', 'focal crossEntropy over 2'],
    ['bceWithLogits', 'single-label', 2, 'pretrained', 'bceWithLogits over 1'],
    ['auto', 'single-label', 3, 'pretrained', 'crossEntropy over 3'],
    ['auto', 'multi-label', 2, 'pretrained', 'bceWithLogits over 2'],
  ];
  it.each(table)('%s, %s, %i classes, %s', (loss, task, classes, model, expected) => {
    const form = outputForm({ loss, focalGamma: 1.5, labelSmoothing: 0.1 }, task, classes, model);
    expect(form).toMatchObject({ task, labelSmoothing: 0.1 });
    expect(form.focalGamma).toBe(loss === 'focal' ? 1.5 : 0);
    expect(`${form.focalGamma ? 'focal ' : ''}${form.loss} over ${form.outputs}`).toBe(expected);
  });

  it('refuses one logit for three classes', () => {
    const options = { loss: 'bceWithLogits', focalGamma: 2, labelSmoothing: 0 } as const;
    expect(() => outputForm(options, 'single-label', 3, 'pretrained')).toThrow(OptionError);
  });
});
