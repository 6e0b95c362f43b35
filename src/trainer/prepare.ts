import { createRandom } from '../data/random';
import type { Dataset } from '../data/rows';
import type { Experiment, NetworkOptions } from '../experiment/schema';
import type { DataEvent } from '../protocol/events';
import { embeddingMatrix } from '../text/embedding-matrix';
import { createTokenizer, type Tokenizer } from '../text/tokenizer-file';
import { type Vocabulary, vocabularyOf } from '../text/vocabulary';
import type { EncodedText } from './batch';
import { countClasses, countRows, summarizeLengths } from './data-facts';
import { encodedTexts } from './encoded-texts';
import { numberData, type PrepareSettings } from './number-data';
import { vectorsFile } from './vectors-file';

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
  settings: PrepareSettings,
): Promise<PreparedData> {
  const { tokenizer: options } = experiment;
  const data = await numberData(dataset, options, settings);
  const vocabulary = vocabularyOf(data.words, data.seenWords);
  const { embedding, found } = await startingVectors(experiment, vocabulary, folder);
  return {
    tokenizer: createTokenizer(options, vocabulary, options.maxLength),
    train: encodedTexts(dataset.train, data.train),
    validation: encodedTexts(dataset.validation, data.validation),
    test: encodedTexts(dataset.test, data.test),
    embedding,
    facts: {
      type: 'data',
      rows: countRows(dataset),
      classes: countClasses(dataset),
      lengths: summarizeLengths(data.lengths, options.maxLength),
      vocabulary: {
        // Padding and the unknown word are no words.
        size: vocabulary.size - 2,
        seen: vocabulary.seenWords,
        ...(found === undefined ? {} : { vectorsFound: found }),
        unknownTokenShare: data.unknownTokenShare,
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
    const read = await embeddingMatrix(vocabulary, vectorsFile(vectors, folder), random);
    return { embedding: read.matrix, found: read.found };
  }
  // As torch.nn.Embedding: the standard normal distribution, and zeros for padding.
  const embedding = new Float32Array(vocabulary.size * size);
  for (let i = size; i < embedding.length; i++) embedding[i] = random.normal();
  return { embedding };
}
