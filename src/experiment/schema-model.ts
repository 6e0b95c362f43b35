import * as z from 'zod';
import { belowOne, count, filled, positive } from './schema-parts';

const embedding = z.strictObject({
  size: count(1)
    .default(100)
    .describe("The length of each word's vector. With word vectors from a file, it must be their length."),
  vectors: filled()
    .optional()
    .describe(
      'Word vectors to start from: a text file in the format of GloVe, word2vec or fastText, gzipped or not (its path is relative to the folder of this experiment file), or glove.6B.50d, glove.6B.100d, glove.6B.200d or glove.6B.300d, which are downloaded once.',
    ),
  frozen: z
    .boolean()
    .default(false)
    .describe('Whether the word vectors stay as they start, instead of being trained with the model.'),
});

const head = (hiddenSize: number) =>
  z
    .strictObject({
      hiddenSize: count(0)
        .default(hiddenSize)
        .describe('The units of a hidden layer between the pooled text and the classes. 0 leaves it out.'),
    })
    .prefault({})
    .describe('What turns the pooled vector into a score for each class.');

const embeddingOf = () => embedding.prefault({}).describe('The word vectors that the network reads.');

const poolings = ['last', 'mean', 'max', 'attention'] as const;

const pooling = (standard: (typeof poolings)[number]) =>
  z
    .enum(poolings)
    .default(standard)
    .describe(
      "How the states at all tokens become one vector for the text: the last state, their mean, each unit's maximum, or a mean weighted by learnt attention.",
    );

const dropout = (standard: number, where: string) =>
  belowOne().default(standard).describe(`The share of values set to zero while training: ${where}.`);

const recurrent = <Type extends 'rnn' | 'gru' | 'lstm'>(type: Type, what: string) =>
  z.strictObject({
    type: z.literal(type).describe(what),
    embedding: embeddingOf(),
    hiddenSize: count(1).default(128).describe('The units of each recurrent layer, in each direction.'),
    layers: count(1).max(8).default(1).describe('How many recurrent layers are stacked, 1 to 8.'),
    bidirectional: z
      .boolean()
      .default(false)
      .describe('Whether a second network reads each text from its end to its start.'),
    dropout: dropout(0, 'after the embedding, between layers and before the head'),
    pooling: pooling('mean'),
    head: head(0),
  });

const pooled = z.strictObject({
  type: z
    .literal('pooled')
    .describe('Pooled word vectors and a hidden layer: no sense of order, very fast (fastText is its kin).'),
  embedding: embeddingOf(),
  dropout: dropout(0, 'after the embedding and before the last layer'),
  pooling: pooling('mean'),
  head: head(128),
});

const cnn = z.strictObject({
  type: z
    .literal('cnn')
    .describe("Convolutions of several widths side by side, pooled over the text: Kim's network (2014)."),
  embedding: embeddingOf(),
  widths: z
    .array(count(1).max(64))
    .min(1)
    .default([3, 4, 5])
    .describe('How many neighbouring tokens a filter sees; a group of filters for each width.'),
  filters: count(1).default(100).describe('The filters of each width.'),
  dropout: dropout(0.5, 'after the pooling, before the last layer'),
  pooling: pooling('max'),
  head: head(0),
});

const transformer = z.strictObject({
  type: z
    .literal('transformer')
    .describe('A transformer encoder, trained from scratch: every token attends to every other.'),
  embedding: embeddingOf(),
  hiddenSize: count(1)
    .default(128)
    .describe(
      'The length of the vectors between layers; must be a multiple of "heads". Word vectors of another size are projected to it.',
    ),
  layers: count(1).max(24).default(2).describe('How many encoder layers are stacked, 1 to 24.'),
  heads: count(1).default(4).describe('The attention heads of each layer.'),
  feedForwardSize: count(1).default(512).describe("The units inside each layer's feed-forward network."),
  positions: z
    .enum(['learned', 'sinusoidal'])
    .default('learned')
    .describe("How the network knows a token's place: a learnt vector for each, or fixed sine waves."),
  norm: z
    .enum(['pre', 'post'])
    .default('pre')
    .describe(
      'Where the layer norms stand: before attention and feed-forward (pre, trains more steadily) or after them (post, as in the first transformer).',
    ),
  dropout: dropout(0.1, 'after the embedding, after attention and feed-forward, and before the last layer'),
  pooling: z
    .enum(['first', ...poolings])
    .default('mean')
    .describe(
      "How the states at all tokens become one vector for the text: the first state, the last, their mean, each unit's maximum, or a mean weighted by learnt attention.",
    ),
  head: head(0),
});

const ngramRange = () => z.tuple([count(1).max(10), count(1).max(10)]);

const baseline = z.strictObject({
  type: z
    .literal('baseline')
    .describe(
      'Weighted word counts and logistic regression: trains in seconds, hard to beat on long texts. What one should always try first.',
    ),
  wordNgrams: ngramRange()
    .default([1, 2])
    .describe(
      'The shortest and the longest run of neighbouring words that is counted: [1, 2] is words and pairs.',
    ),
  characterNgrams: ngramRange()
    .nullable()
    .default(null)
    .describe(
      'The shortest and the longest run of characters inside a word that is counted besides. null counts none.',
    ),
  weighting: z
    .enum(['tfidf', 'naiveBayes'])
    .default('tfidf')
    .describe(
      "How counts become numbers: tfidf (rare ones weigh more), or naiveBayes (times each one's log-count ratio between the classes: Wang and Manning 2012).",
    ),
  sublinear: z
    .boolean()
    .default(true)
    .describe('Whether a count is replaced by 1 + ln(count), so that repeating a word weighs less.'),
  minDocumentFrequency: count(1)
    .default(1)
    .describe('In at least so many training texts a word or run must occur to be counted.'),
  maxFeatures: count(0)
    .default(0)
    .describe('How many of the most frequent words and runs are kept. 0 keeps all.'),
  strength: positive()
    .default(10)
    .describe(
      "How freely the weights follow the training rows: the inverse of the L2 penalty (scikit-learn's C). Higher fits closer.",
    ),
  maxIterations: count(1)
    .default(200)
    .describe('So many steps of L-BFGS at most; it ends by itself when nothing improves any more.'),
});

const pretrained = z.strictObject({
  type: z
    .literal('pretrained')
    .describe(
      'A pretrained encoder (BERT, RoBERTa, DistilBERT, ALBERT and their kin), fine-tuned: the most accurate, and the slowest.',
    ),
  encoder: filled().describe(
    'The checkpoint to start from: its name on the Hugging Face Hub (downloaded once), or a folder with config.json, tokenizer.json and model.safetensors (relative to the folder of this experiment file: ./my-encoder).',
  ),
  revision: filled()
    .default('main')
    .describe(
      'The branch, tag or commit of the checkpoint on the Hub. A commit pins it for good; of a branch, what was downloaded is kept until a newer commit is named.',
    ),
  maxLength: count(0)
    .default(0)
    .describe(
      "How many tokens of a text are read, the encoder's own marks included. 0 is as many as the encoder can read.",
    ),
  freezeEmbeddings: z
    .boolean()
    .default(false)
    .describe(
      "Whether all that stands below the encoder's first layer stays as it is: the vectors of words and of positions.",
    ),
  freezeLayers: count(0)
    .default(0)
    .describe(
      "So many of the first layers stay as they are, and all that stands below them. ALBERT's layers are one and the same: any number above 0 freezes them all.",
    ),
});

export const model = z.discriminatedUnion('type', [
  baseline,
  pretrained,
  pooled,
  cnn,
  recurrent('rnn', 'Simple recurrent network (tanh): the fastest recurrent one, for short texts.'),
  recurrent('gru', 'Gated recurrent unit: about as accurate as an LSTM, and somewhat faster.'),
  recurrent('lstm', 'Long short-term memory: remembers furthest back; the slowest recurrent one.'),
  transformer,
]);
