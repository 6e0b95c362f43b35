/** Rules among the options of training: the loss, the gradient and the scheduler. */
import type { Rule } from './rule';

export const trainingRules: Rule[] = [
  {
    severity: 'error',
    broken: ({ data: { task }, training: { loss } }) =>
      task === 'multi-label' && loss === 'crossEntropy'
        ? [
            {
              path: ['training', 'loss'],
              message: '"crossEntropy" gives each text exactly one class, but the task is multi-label.',
              remedies: [{ type: 'set', values: ['bceWithLogits', 'auto'] }],
            },
          ]
        : [],
    hint: 'Use "bceWithLogits", or "auto".',
  },
  {
    severity: 'warning',
    broken: ({ training: { loss, focalGamma } }) =>
      loss !== 'focal' && focalGamma !== 2
        ? [
            {
              path: ['training', 'focalGamma'],
              message: `The loss is "${loss}": only the focal loss has a gamma.`,
              remedies: [{ type: 'set', path: ['training', 'loss'], values: ['focal'] }, { type: 'remove' }],
            },
          ]
        : [],
    hint: 'Set "loss" to "focal", or leave "focalGamma" out.',
  },
  {
    severity: 'warning',
    broken: ({ training: { gradientClip, gradientClipBy } }) =>
      gradientClip === 0 && gradientClipBy === 'value'
        ? [
            {
              path: ['training', 'gradientClipBy'],
              message: 'The gradient is not clipped at all: "gradientClip" is 0.',
              remedies: [
                { type: 'set', path: ['training', 'gradientClip'], values: [1] },
                { type: 'remove' },
              ],
            },
          ]
        : [],
    hint: 'Set "gradientClip", or leave "gradientClipBy" out.',
  },
  {
    severity: 'warning',
    broken: ({ training: { scheduler, epochs } }) =>
      scheduler.type === 'step' && scheduler.every >= epochs
        ? [
            {
              path: ['training', 'scheduler', 'every'],
              message: `The learning rate never falls: it would after ${scheduler.every} epochs, of ${epochs} in all.`,
              ...(epochs > 1 ? { remedies: [{ type: 'set', values: [Math.floor(epochs / 2)] }] } : {}),
            },
          ]
        : [],
    hint: 'Lower "every", or raise "epochs".',
  },
  {
    severity: 'warning',
    broken: ({ training: { scheduler, epochs } }) =>
      scheduler.type === 'multiStep'
        ? scheduler.milestones.flatMap((milestone, position) =>
            milestone >= epochs
              ? [
                  {
                    path: ['training', 'scheduler', 'milestones', position],
                    message: `Training is over by then: there ${epochs === 1 ? 'is 1 epoch' : `are ${epochs} epochs`}.`,
                    ...(scheduler.milestones.length > 1 ? { remedies: [{ type: 'remove' as const }] } : {}),
                  },
                ]
              : [],
          )
        : [],
    hint: 'Name epochs before the last one, or raise "epochs".',
  },
  {
    severity: 'warning',
    broken: ({ training: { scheduler } }) =>
      scheduler.type === 'multiStep'
        ? scheduler.milestones.flatMap((milestone, position, milestones) =>
            position > 0 && milestone <= milestones[position - 1]!
              ? [
                  {
                    path: ['training', 'scheduler', 'milestones', position],
                    message: `Epoch ${milestone} stands behind epoch ${milestones[position - 1]}.`,
                    remedies: [{ type: 'remove' as const }],
                  },
                ]
              : [],
          )
        : [],
    hint: 'Name each epoch once, the earliest first.',
  },
  {
    severity: 'warning',
    // One epoch to be compared with, the patience, the one that ends it, and one with the lower rate.
    broken: ({ training: { scheduler, epochs } }) =>
      scheduler.type === 'reduceOnPlateau' && scheduler.patience + 3 > epochs
        ? [
            {
              path: ['training', 'scheduler', 'patience'],
              message: `The learning rate never falls: with a patience of ${scheduler.patience} that takes at least ${scheduler.patience + 3} epochs, and there ${epochs === 1 ? 'is 1' : `are ${epochs}`}.`,
              ...(epochs >= 3 ? { remedies: [{ type: 'set', values: [Math.floor((epochs - 3) / 2)] }] } : {}),
            },
          ]
        : [],
    hint: 'Lower "patience", or raise "epochs".',
  },
];
