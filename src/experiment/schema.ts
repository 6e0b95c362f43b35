/**
 * The experiment file: this one schema gives the types, the defaults, the checks and, through
 * `json-schema.ts`, what editors complete and explain. An object refuses keys that it does not know,
 * so no option is ever accepted and ignored.
 *
 * Checks that compare two fields are in `rules.ts`. Optimizers' names and defaults are PyTorch's.
 */
import * as z from 'zod';

const filled = () => z.string().regex(/\S/);
const positive = () => z.number().gt(0);
const atLeastZero = () => z.number().min(0);
const count = (from: number) => z.int().min(from);
/** A share that may be nothing but never the whole: dropout, momentum, Adam's decay rates. */
const belowOne = () => z.number().min(0).lt(1);
const filesOf = () => z.union([filled(), z.array(filled()).min(1)]);

const data = z.strictObject({
  train: filesOf().describe(
    'The file to train on, or a list of files. Paths are relative to the folder of this experiment file.',
  ),
  validation: z
    .union([positive().lt(1), filled(), z.array(filled()).min(1)])
    .default(0.2)
    .describe(
      'What each epoch is judged on: a share of the training rows between 0 and 1 (drawn with the seed, every class in proportion), or a file or list of files.',
    ),
  test: filesOf()
    .optional()
    .describe('A file, or a list of files, that the finished model is evaluated on once, at the end.'),
  format: z
    .enum(['csv', 'tsv', 'jsonl'])
    .optional()
    .describe(
      "The files' format: csv or tsv with a header row, or jsonl (one JSON object a line). Without it, each file's extension decides.",
    ),
  text: z
    .union([filled(), z.array(filled()).min(1)])
    .default('text')
    .describe('The column that holds the text, or a list of columns that are joined in this order.'),
  label: filled().default('label').describe("The column that holds each row's class."),
  labels: z
    .array(filled())
    .min(2)
    .optional()
    .describe(
      'The classes, in the order that the model numbers them. Without it, they are the sorted labels of the training rows. A row with any other label is an error.',
    ),
  maxRows: count(2)
    .optional()
    .describe(
      'Train on no more than this many rows, drawn with the seed and with every class in proportion: for a quick try.',
    ),
});

const tokenizer = z.strictObject({
  type: z
    .literal('word')
    .default('word')
    .describe('How a text is cut into tokens: word splits it at everything that is not part of a word.'),
  lowercase: z.boolean().default(true).describe('Whether "Good" and "good" are the same word.'),
  stripHtml: z.boolean().default(true).describe('Whether HTML tags are removed before the text is cut.'),
  keepEmoticons: z
    .boolean()
    .default(true)
    .describe('Whether emoticons such as :-) are kept as tokens although they are not words.'),
  maxVocabulary: count(0)
    .default(25_000)
    .describe(
      'How many of the most frequent training words the model knows, padding and the unknown word not counted. 0 keeps all.',
    ),
  minFrequency: count(1)
    .default(1)
    .describe('A word must occur at least this often in the training texts to be known to the model.'),
  maxLength: count(1)
    .default(256)
    .describe('How many tokens of a text are read, from its start; the rest is cut off.'),
});

const embedding = z.strictObject({
  size: count(1)
    .default(100)
    .describe("The length of each word's vector. With word vectors from a file, it must be their length."),
  vectors: filled()
    .optional()
    .describe(
      'A text file of word vectors in GloVe format (a word and its numbers on each line) to start from. The path is relative to the folder of this experiment file.',
    ),
  frozen: z
    .boolean()
    .default(false)
    .describe('Whether the word vectors stay as they start, instead of being trained with the model.'),
});

const head = z.strictObject({
  hiddenSize: count(0)
    .default(0)
    .describe('The units of a hidden layer between the pooled text and the classes. 0 leaves it out.'),
});

const model = z.strictObject({
  type: z
    .enum(['rnn', 'gru', 'lstm'])
    .describe(
      'The recurrent network that reads the text: rnn (simple, tanh), gru (gated) or lstm (long short-term memory).',
    ),
  embedding: embedding.prefault({}).describe('The word vectors that the network reads.'),
  hiddenSize: count(1).default(128).describe('The units of each recurrent layer, in each direction.'),
  layers: count(1).max(8).default(1).describe('How many recurrent layers are stacked, 1 to 8.'),
  bidirectional: z
    .boolean()
    .default(false)
    .describe('Whether a second network reads each text from its end to its start.'),
  dropout: belowOne()
    .default(0)
    .describe(
      'The share of values set to zero while training: after the embedding, between layers and before the head.',
    ),
  pooling: z
    .enum(['last', 'mean', 'max'])
    .default('mean')
    .describe(
      "How the states at all tokens become one vector for the text: the last state, their mean, or each unit's maximum.",
    ),
  head: head.prefault({}).describe('What turns the pooled vector into a score for each class.'),
});

const learningRate = (value: number) =>
  positive().default(value).describe('How far each step moves the weights.');

const weightDecay = (value: number, how: string) => atLeastZero().default(value).describe(how);

/** What Adam and AdamW share; they differ in how weights decay. */
const adamMoments = () => ({
  learningRate: learningRate(0.001),
  beta1: belowOne().default(0.9).describe('How slowly the running mean of the gradient forgets.'),
  beta2: belowOne().default(0.999).describe('How slowly the running mean of the squared gradient forgets.'),
  epsilon: positive().default(1e-8).describe('Added to the denominator of a step, against division by zero.'),
});

const optimizer = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('adam').describe('Adam: a step size of its own for each weight.'),
    ...adamMoments(),
    weightDecay: weightDecay(
      0,
      'How strongly weights are pulled to zero, through the gradient (L2 penalty).',
    ),
  }),
  z.strictObject({
    type: z.literal('adamW').describe('AdamW: Adam with weight decay apart from the gradient.'),
    ...adamMoments(),
    weightDecay: weightDecay(0.01, 'How strongly weights are pulled to zero, apart from the gradient.'),
  }),
  z.strictObject({
    type: z.literal('sgd').describe('Stochastic gradient descent, with momentum if asked for.'),
    learningRate: learningRate(0.01),
    momentum: belowOne().default(0).describe('The share of the previous step that carries on. 0 is none.'),
    nesterov: z
      .boolean()
      .default(false)
      .describe("Whether to use Nesterov's momentum, which looks one step ahead. Needs a momentum above 0."),
    weightDecay: weightDecay(
      0,
      'How strongly weights are pulled to zero, through the gradient (L2 penalty).',
    ),
  }),
]);

const warmupSteps = () =>
  count(0)
    .default(0)
    .describe(
      'In this many steps at the start, the learning rate rises from 0 to its full size. 0 is no warm-up.',
    );

const scheduler = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('constant').describe('The learning rate stays as it is.'),
    warmupSteps: warmupSteps(),
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
]);

const earlyStopping = z.strictObject({
  monitor: z
    .enum(['validation.loss', 'validation.accuracy', 'validation.macroF1'])
    .default('validation.loss')
    .describe('The metric that has to improve from epoch to epoch; it also decides which epoch is the best.'),
  patience: count(1)
    .default(3)
    .describe('Training stops after this many epochs in a row without improvement.'),
  minDelta: atLeastZero().default(0).describe('A change must be larger than this to count as improvement.'),
  restoreBest: z
    .boolean()
    .default(true)
    .describe('Whether the finished model has the weights of the best epoch instead of the last.'),
});

const training = z.strictObject({
  epochs: count(1).default(5).describe('How many times the training rows are gone through.'),
  batchSize: count(1).default(32).describe('How many texts make one step.'),
  loss: z
    .enum(['auto', 'crossEntropy', 'bceWithLogits'])
    .default('auto')
    .describe(
      'What training makes small: crossEntropy (a score for each class), bceWithLogits (one score, for two classes only), or auto, which picks by the number of classes.',
    ),
  optimizer: optimizer
    .prefault({ type: 'adam' })
    .describe('How the weights follow the gradient: adam, adamW or sgd.'),
  scheduler: scheduler
    .prefault({ type: 'constant' })
    .describe(
      "How the learning rate changes from step to step: constant, linear or cosine, each after a warm-up if asked for. They are Hugging Face transformers' schedules of these names.",
    ),
  gradientClip: atLeastZero()
    .default(0)
    .describe('Gradients are scaled down so that their norm, over all weights, stays within this. 0 is off.'),
  earlyStopping: earlyStopping
    .nullable()
    .default(null)
    .describe('When to stop before the last epoch. null never does; {} does with the defaults.'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(42)
    .describe('The start of all that is random. The same seed on the same machine gives the same run.'),
});

const runtime = z.strictObject({
  threads: count(0)
    .max(256)
    .default(0)
    .describe('How many processor threads compute, at most 256. 0 chooses by the machine.'),
});

export const experimentSchema = z.strictObject({
  $schema: z.string().optional().describe('The JSON Schema that an editor completes this file with.'),
  name: filled()
    .optional()
    .describe("What this experiment's runs are called. Without it, the name of the file."),
  data: data.describe('The texts to learn from, and how to read them.'),
  tokenizer: tokenizer.prefault({}).describe('How texts become tokens, and which of them the model knows.'),
  model: model.describe('The network.'),
  training: training.prefault({}).describe('How the network learns.'),
  runtime: runtime.prefault({}).describe('What the computing runs on.'),
  examples: z.array(filled()).default([]).describe('Texts to classify with the finished model, as a taste.'),
});

/** An experiment as a person writes it: everything but `data.train` and `model.type` may be left out. */
export type ExperimentInput = z.input<typeof experimentSchema>;

/** An experiment with every default spelt out: what is trained, and what a run folder records. */
export interface Experiment extends Omit<z.output<typeof experimentSchema>, '$schema' | 'name'> {
  name: string;
}

export type ModelOptions = Experiment['model'];
export type TrainingOptions = Experiment['training'];
export type EarlyStoppingOptions = NonNullable<TrainingOptions['earlyStopping']>;
