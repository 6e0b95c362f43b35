/** Rules about pretrained encoders: what is trained of them, and how far each step goes. */
import { countOf } from '../protocol/count';
import { defaultsOf } from './model-defaults';
import type { Rule } from './rule';

/** Above this the steps of Adam and its kin make an encoder forget what it knows. */
const highestRate = 1e-3;

/** The optimizers with steps about as long as their learning rate, and that rate. */
const { types: adaptive = [], value: usualRate } = defaultsOf('pretrained').find(
  ({ path }) => path.at(-1) === 'learningRate',
)!;

export const pretrainedRules: Rule[] = [
  {
    severity: 'warning',
    broken: ({ model, training: { optimizer, freezeEncoderEpochs, epochs } }) =>
      model.type === 'pretrained' &&
      adaptive.includes(optimizer.type) &&
      optimizer.learningRate > highestRate &&
      // What is frozen to the end forgets nothing.
      freezeEncoderEpochs < epochs
        ? [
            {
              path: ['training', 'optimizer', 'learningRate'],
              message: `Steps of ${optimizer.learningRate} would wreck the encoder: it would forget what it was trained for.`,
              remedies: [{ type: 'set', values: [usualRate] }],
            },
          ]
        : [],
    hint: 'Use 1e-5 to 1e-4: mostly 2e-5.',
  },
  {
    severity: 'warning',
    broken: ({ model, training: { freezeEncoderEpochs, epochs } }) =>
      model.type === 'pretrained' && freezeEncoderEpochs >= epochs
        ? [
            {
              path: ['training', 'freezeEncoderEpochs'],
              message: `The encoder is never trained: it is frozen for ${countOf(freezeEncoderEpochs, 'epoch')}, of ${epochs} in all.`,
              ...(epochs > 1 ? { remedies: [{ type: 'set', values: [1] }] } : {}),
            },
          ]
        : [],
    hint: 'That is quick, and mostly less accurate; the classifier alone learns better with a "learningRate" of about 0.001. Lower "freezeEncoderEpochs", or raise "epochs", to train the encoder too.',
  },
  {
    severity: 'warning',
    broken: ({ model }) =>
      model.type === 'pretrained' && model.freezeEmbeddings && model.freezeLayers > 0
        ? [
            {
              path: ['model', 'freezeEmbeddings'],
              message: '"freezeLayers" freezes the word vectors too: "freezeEmbeddings" has nothing to add.',
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "freezeEmbeddings" out.',
  },
  {
    severity: 'error',
    broken: ({ model }) =>
      model.type === 'pretrained' && model.maxLength > 0 && model.maxLength < shortest
        ? [
            {
              path: ['model', 'maxLength'],
              message: `No word fits into ${model.maxLength === 1 ? '1 token' : `${model.maxLength} tokens`}: the encoder's own marks take two.`,
              remedies: [{ type: 'set', values: [128] }, { type: 'remove' }],
            },
          ]
        : [],
    hint: 'Read more of each text; 0 reads as much as the encoder can.',
  },
];

/** A word between the mark of the start and that of the end. */
const shortest = 3;
