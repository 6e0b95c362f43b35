import * as z from 'zod';
import { monitorNames } from '../protocol/metrics';
import { atLeastZero, belowOne, count, positive } from './schema-parts';

const learningRate = (value: number) =>
  positive().default(value).describe('How far each step moves the weights.');

const l2 = () =>
  atLeastZero()
    .default(0)
    .describe('How strongly weights are pulled to zero, through the gradient (L2 penalty).');

const epsilon = (value: number) =>
  positive().default(value).describe('Added to the denominator of a step, against division by zero.');

const momentum = (value: number) =>
  belowOne().default(value).describe('The share of the previous step that carries on. 0 is none.');

/** What Adam and its kin share. */
const adamMoments = (rate = 0.001) => ({
  learningRate: learningRate(rate),
  beta1: belowOne().default(0.9).describe('How slowly the running mean of the gradient forgets.'),
  beta2: belowOne().default(0.999).describe('How slowly the running mean of the squared gradient forgets.'),
  epsilon: epsilon(1e-8),
});

const optimizer = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('adam').describe('Adam: a step size of its own for each weight.'),
    ...adamMoments(),
    weightDecay: l2(),
  }),
  z.strictObject({
    type: z.literal('adamW').describe('AdamW: Adam with weight decay apart from the gradient.'),
    ...adamMoments(),
    weightDecay: atLeastZero()
      .default(0.01)
      .describe('How strongly weights are pulled to zero, apart from the gradient.'),
  }),
  z.strictObject({
    type: z.literal('nadam').describe("NAdam: Adam with Nesterov's momentum (Dozat 2016)."),
    ...adamMoments(0.002),
    weightDecay: l2(),
    momentumDecay: atLeastZero().default(0.004).describe('How fast the momentum reaches its full size.'),
  }),
  z.strictObject({
    type: z
      .literal('radam')
      .describe('RAdam: Adam that waits until its step sizes can be trusted (Liu et al. 2020).'),
    ...adamMoments(),
    weightDecay: l2(),
  }),
  z.strictObject({
    type: z.literal('rmsprop').describe('RMSprop: steps divided by the size of recent gradients.'),
    learningRate: learningRate(0.01),
    alpha: belowOne().default(0.99).describe('How slowly the running mean of the squared gradient forgets.'),
    epsilon: epsilon(1e-8),
    weightDecay: l2(),
    momentum: momentum(0),
    centered: z
      .boolean()
      .default(false)
      .describe("Whether the gradient's running mean is subtracted before its size is taken."),
  }),
  z.strictObject({
    type: z.literal('adagrad').describe('Adagrad: steps divided by the size of all gradients so far.'),
    learningRate: learningRate(0.01),
    learningRateDecay: atLeastZero()
      .default(0)
      .describe('How fast the learning rate falls from step to step, besides the scheduler.'),
    initialAccumulator: atLeastZero().default(0).describe('What the sum of squared gradients starts from.'),
    epsilon: epsilon(1e-10),
    weightDecay: l2(),
  }),
  z.strictObject({
    type: z.literal('sgd').describe('Stochastic gradient descent, with momentum if asked for.'),
    learningRate: learningRate(0.01),
    momentum: momentum(0),
    nesterov: z
      .boolean()
      .default(false)
      .describe("Whether to use Nesterov's momentum, which looks one step ahead. Needs a momentum above 0."),
    weightDecay: l2(),
  }),
]);

const warmupSteps = () =>
  count(0)
    .default(0)
    .describe(
      'In this many steps at the start, the learning rate rises from 0 to its full size. 0 is no warm-up.',
    );

const gamma = (value: number, when: string) =>
  positive().max(1).default(value).describe(`What the learning rate is multiplied by ${when}.`);

const monitor = () =>
  z
    .enum(monitorNames)
    .default('validation.loss')
    .describe('The metric on the validation rows that has to improve from epoch to epoch.');

const scheduler = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('constant').describe('The learning rate stays as it is.'),
    warmupSteps: warmupSteps(),
  }),
  z.strictObject({
    type: z.literal('step').describe('The learning rate falls every few epochs.'),
    every: count(1).describe('After each of so many epochs the learning rate falls.'),
    gamma: gamma(0.1, 'each time'),
  }),
  z.strictObject({
    type: z.literal('multiStep').describe('The learning rate falls after the epochs that are named.'),
    milestones: z.array(count(1)).min(1).describe('The epochs after which the learning rate falls.'),
    gamma: gamma(0.1, 'each time'),
  }),
  z.strictObject({
    type: z.literal('exponential').describe('The learning rate falls by the same share after every epoch.'),
    gamma: gamma(0.9, 'after each epoch'),
  }),
  z.strictObject({
    type: z
      .literal('linear')
      .describe(
        'After the warm-up, the learning rate falls along a straight line, to 0 at the end of training.',
      ),
    warmupSteps: warmupSteps(),
  }),
  z.strictObject({
    type: z
      .literal('cosine')
      .describe(
        'After the warm-up, the learning rate falls along half a cosine wave, to 0 at the end of training.',
      ),
    warmupSteps: warmupSteps(),
  }),
  z.strictObject({
    type: z
      .literal('cosineRestarts')
      .describe(
        'The learning rate falls along half a cosine wave, again and again (SGDR: Loshchilov and Hutter 2017).',
      ),
    firstCycle: count(1).default(1).describe('How many epochs the first wave takes.'),
    factor: count(1).default(1).describe('By how much each wave is longer than the one before.'),
    minimum: belowOne().default(0).describe('The share of the learning rate that each wave falls to.'),
  }),
  z.strictObject({
    type: z
      .literal('oneCycle')
      .describe(
        'The learning rate rises to its full size and falls to almost nothing, once over the whole training (Smith and Topin 2018).',
      ),
    rise: positive().lt(1).default(0.3).describe('The share of all steps in which it rises.'),
    startDivisor: positive()
      .min(1)
      .default(25)
      .describe('It starts at the full learning rate divided by this.'),
    endDivisor: positive().min(1).default(1e4).describe('It ends at its start divided by this.'),
    shape: z.enum(['cosine', 'linear']).default('cosine').describe('The shape of the rise and of the fall.'),
  }),
  z.strictObject({
    type: z
      .literal('polynomial')
      .describe('After the warm-up, the learning rate falls as a power of the steps left, to 0 at the end.'),
    power: positive()
      .default(1)
      .describe('The power: 1 is a straight line, higher ones fall faster at first.'),
    warmupSteps: warmupSteps(),
  }),
  z.strictObject({
    type: z
      .literal('reduceOnPlateau')
      .describe('The learning rate falls when a metric has stopped improving.'),
    monitor: monitor(),
    factor: positive().lt(1).default(0.1).describe('What the learning rate is multiplied by each time.'),
    patience: count(0)
      .default(10)
      .describe('So many epochs without improvement are waited for; after one more the learning rate falls.'),
    minDelta: atLeastZero()
      .default(1e-4)
      .describe('By what share of its value the metric must improve for an epoch to count.'),
    cooldown: count(0).default(0).describe('So many epochs are not counted after each fall.'),
    minimum: atLeastZero().default(0).describe('The learning rate never falls below this.'),
  }),
]);

const earlyStopping = z.strictObject({
  monitor: monitor().describe(
    'The metric that has to improve from epoch to epoch; it also decides which epoch is the best.',
  ),
  patience: count(1)
    .default(3)
    .describe('Training stops after this many epochs in a row without improvement.'),
  minDelta: atLeastZero().default(0).describe('A change must be larger than this to count as improvement.'),
  restoreBest: z
    .boolean()
    .default(true)
    .describe('Whether the finished model has the weights of the best epoch instead of the last.'),
});

export const training = z.strictObject({
  epochs: count(1).default(5).describe('How many times the training rows are gone through.'),
  batchSize: count(1)
    .default(32)
    .describe(
      'How many texts are computed together; they make one step, unless "gradientAccumulation" joins several.',
    ),
  loss: z
    .enum(['auto', 'crossEntropy', 'bceWithLogits', 'focal'])
    .default('auto')
    .describe(
      'What training makes small: crossEntropy (a score for each class), bceWithLogits (one score for two classes, or one a label in a multi-label task), focal (either of them with hard rows weighing more), or auto, which picks by the task and the number of classes.',
    ),
  focalGamma: atLeastZero()
    .default(2)
    .describe('How much less the focal loss counts rows that the model is sure of. 0 counts all alike.'),
  labelSmoothing: belowOne()
    .default(0)
    .describe('The share of each true class that is spread over all classes, against overconfidence.'),
  classWeights: z
    .union([z.enum(['none', 'balanced']), z.record(z.string(), positive())])
    .default('none')
    .describe(
      'How much the rows of each class count: none (all alike), balanced (rare classes more, so that all classes weigh the same), or { "class": weight, … } (1 for those not named).',
    ),
  optimizer: optimizer.prefault({ type: 'adam' }).describe('How the weights follow the gradient.'),
  scheduler: scheduler
    .prefault({ type: 'constant' })
    .describe('How the learning rate changes in the course of training.'),
  gradientClip: atLeastZero()
    .default(0)
    .describe(
      'The largest gradient that a step follows. 0 is off; "gradientClipBy" says what of it is measured.',
    ),
  gradientClipBy: z
    .enum(['norm', 'value'])
    .default('norm')
    .describe(
      'What "gradientClip" limits: the norm over all weights (the whole gradient is scaled down), or the value for each weight.',
    ),
  freezeEncoderEpochs: count(0)
    .default(0)
    .describe(
      "In so many epochs at the start only the classifier on top of a pretrained encoder is trained; the encoder's vectors of the texts are computed once, so these epochs are quick.",
    ),
  layerLearningRateDecay: positive()
    .max(1)
    .default(1)
    .describe(
      'What the learning rate is multiplied by from each layer of a pretrained encoder to the one below it. 1 trains all alike.',
    ),
  recompute: z
    .boolean()
    .default(false)
    .describe(
      'Whether a pretrained encoder computes its layers a second time in the backward pass instead of keeping what they computed: up to a third slower, in little more than half of the memory.',
    ),
  gradientAccumulation: count(1)
    .default(1)
    .describe('The gradients of so many batches make one step: as a larger batch, in less memory.'),
  earlyStopping: earlyStopping
    .nullable()
    .default(null)
    .describe('When to stop before the last epoch. null never does; {} does with the defaults.'),
  threshold: z
    .union([positive().lt(1), z.literal('auto')])
    .default(0.5)
    .describe(
      'From which probability on the second of two classes, or a label of a multi-label task, is given. auto chooses on the validation rows what gives the best F1, for each label its own.',
    ),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(42)
    .describe('The start of all that is random. The same seed on the same machine gives the same run.'),
  repeat: count(1)
    .max(100)
    .default(1)
    .describe(
      'Train so many times, each time with the next seed, and tell the mean and the deviation of the results.',
    ),
});
