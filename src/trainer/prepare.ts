import { resolve } from 'node:path';
import { createRandom } from '../data/random';
import type { Dataset, Example } from '../data/rows';
import type { Experiment, NetworkOptions } from '../experiment/schema';
import type { DataEvent, LengthSummary, Split } from '../protocol/events';
import { embeddingMatrix } from '../text/embedding-matrix';
import { wordTokenizer } from '../text/tokenize';
import { createTokenizer, type Tokenizer } from '../text/tokenizer-file';
import { buildVocabulary, unknownId, type Vocabulary } from '../text/vocabulary';
import type { EncodedText } from './batch';

/** An experiment whose model is a network. */
export type NetworkExperiment = Experiment & { model: NetworkOptions };

export interface PreparedData {
  readonly tokenizer: Tokenizer;
  readonly train: EncodedText[];
  readonly validation: EncodedText[];
  readonly test: EncodedText[];
  /** `[vocabulary, size]`: the starting vectors; row 0, padding, is zero. */
  readonly embedding: Float32Array;
  /** What is told about the data. */
  readonly facts: Omit<DataEvent, 'time'>;
}

/**
 * Cuts the texts into tokens, builds the vocabulary on the training texts alone, numbers all
 * texts and draws or reads the word vectors.
 *
 * @param folder the experiment file's folder, which its paths start from
 */
export async function prepareData(
  dataset: Dataset,
  experiment: NetworkExperiment,
  folder: string,
): Promise<PreparedData> {
  const { tokenizer: options } = experiment;
  const tokenize = wordTokenizer(options);
  const tokens = (examples: readonly Example[]) => examples.map(({ text }) => tokenize(text));
  const [train, validation, test] = [tokens(dataset.train), tokens(dataset.validation), tokens(dataset.test)];
  const vocabulary = buildVocabulary(train, options);
  const encode = (lists: readonly string[][], examples: readonly Example[]): EncodedText[] =>
    lists.map((list, i) => ({
      ids: vocabulary.encode(list, options.maxLength),
      labels: examples[i]!.labelIndices,
    }));
  const encoded = {
    train: encode(train, dataset.train),
    validation: encode(validation, dataset.validation),
    test: encode(test, dataset.test),
  };
  const { embedding, found } = await startingVectors(experiment, vocabulary, folder);
  return {
    tokenizer: createTokenizer(options, vocabulary, options.maxLength),
    ...encoded,
    embedding,
    facts: {
      type: 'data',
      rows: { train: train.length, validation: validation.length, test: test.length },
      classes: countClasses(dataset.labels, encoded),
      lengths: summarizeLengths(
        train.map(({ length }) => length),
        options.maxLength,
      ),
      vocabulary: {
        // Padding and the unknown word are no words.
        size: vocabulary.size - 2,
        seen: vocabulary.seenWords,
        ...(found === undefined ? {} : { vectorsFound: found }),
        unknownTokenShare: unknownShare([...encoded.validation, ...encoded.test]),
      },
    },
  };
}

async function startingVectors(
  experiment: NetworkExperiment,
  vocabulary: Vocabulary,
  folder: string,
): Promise<{ embedding: Float32Array; found?: number }> {
  const { size, vectors } = experiment.model.embedding;
  const random = createRandom(experiment.training.seed);
  if (vectors !== undefined) {
    const read = await embeddingMatrix(vocabulary, resolve(folder, vectors), random);
    return { embedding: read.matrix, found: read.found };
  }
  // As torch.nn.Embedding: the standard normal distribution, and zeros for padding.
  const embedding = new Float32Array(vocabulary.size * size);
  for (let i = size; i < embedding.length; i++) embedding[i] = random.normal();
  return { embedding };
}

function countClasses(
  labels: readonly string[],
  splits: Readonly<Record<Split, readonly EncodedText[]>>,
): DataEvent['classes'] {
  const classes = labels.map((label) => ({ label, train: 0, validation: 0, test: 0 }));
  for (const split of ['train', 'validation', 'test'] as const) {
    for (const { labels: ofText } of splits[split]) for (const label of ofText) classes[label]![split]++;
  }
  return classes;
}

function summarizeLengths(lengths: readonly number[], maxLength: number): LengthSummary {
  const sorted = [...lengths].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const lost = lengths.reduce((sum, length) => sum + Math.max(0, length - maxLength), 0);
  return {
    median: at(0.5),
    p95: at(0.95),
    longest: sorted.at(-1) ?? 0,
    cutTexts: lengths.filter((length) => length > maxLength).length,
    cutTokenShare: total === 0 ? 0 : lost / total,
  };
}

/** The share of tokens that training never saw, over texts that it was not built on. */
function unknownShare(texts: readonly EncodedText[]): number {
  let [unknown, all] = [0, 0];
  for (const { ids } of texts) {
    all += ids.length;
    for (const id of ids) if (id === unknownId) unknown++;
  }
  return all === 0 ? 0 : unknown / all;
}
