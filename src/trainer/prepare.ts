import { createRandom } from '../data/random';
import type { Dataset, Example } from '../data/rows';
import type { Experiment, NetworkOptions } from '../experiment/schema';
import type { DataEvent } from '../protocol/events';
import { embeddingMatrix } from '../text/embedding-matrix';
import { cutNgrams } from '../text/ngrams';
import { tokenizerOf } from '../text/tokenize';
import { createTokenizer, type Tokenizer } from '../text/tokenizer-file';
import { numberTokens, unknownId, type Vocabulary } from '../text/vocabulary';
import type { EncodedText } from './batch';
import { countClasses, countRows, summarizeLengths } from './data-facts';
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
): Promise<PreparedData> {
  const { tokenizer: options } = experiment;
  const { vocabulary, train, lengths } = numberTraining(dataset.train, options);
  const tokenizer = createTokenizer(options, vocabulary, options.maxLength);
  const held = numberHeld(dataset.validation, tokenizer);
  const test = numberHeld(dataset.test, tokenizer);
  const encoded = { train, validation: held.texts, test: test.texts };
  const { embedding, found } = await startingVectors(experiment, vocabulary, folder);
  const [unknown, tokens] = [held.unknown + test.unknown, held.tokens + test.tokens];
  return {
    tokenizer,
    ...encoded,
    embedding,
    facts: {
      type: 'data',
      rows: countRows(dataset),
      classes: countClasses(dataset),
      lengths: summarizeLengths(lengths, options.maxLength),
      vocabulary: {
        // Padding and the unknown word are no words.
        size: vocabulary.size - 2,
        seen: vocabulary.seenWords,
        ...(found === undefined ? {} : { vectorsFound: found }),
        unknownTokenShare: tokens === 0 ? 0 : unknown / tokens,
      },
    },
  };
}

/** Builds the vocabulary and numbers the texts that it is built on; `lengths` are tokens before cutting. */
function numberTraining(
  examples: readonly Example[],
  options: Experiment['tokenizer'],
): { vocabulary: Vocabulary; train: EncodedText[]; lengths: number[] } {
  const { ngrams, maxLength } = options;
  const tokenize = tokenizerOf(options);
  const lengths: number[] = [];
  const { vocabulary, texts } = numberTokens(
    (function* () {
      for (const { text } of examples) {
        const tokens = tokenize(text);
        lengths.push(tokens.length);
        yield tokens;
      }
    })(),
    options,
    ngrams,
  );
  const train = texts.map((ids, i) => ({
    ids: ids.length === 0 ? Int32Array.of(unknownId) : cutNgrams(ids, lengths[i]!, ngrams, maxLength),
    labels: examples[i]!.labelIndices,
  }));
  return { vocabulary, train, lengths };
}

/** Numbers texts that the vocabulary was not built on, and counts the tokens (n-grams aside) that it does not know. */
function numberHeld(
  examples: readonly Example[],
  { tokenize, encodeTokens, maxLength }: Tokenizer,
): { texts: EncodedText[]; unknown: number; tokens: number } {
  let [unknown, all] = [0, 0];
  const texts = examples.map(({ text, labelIndices }) => {
    const tokens = tokenize(text);
    const ids = encodeTokens(tokens);
    const read = ids.subarray(0, Math.max(1, Math.min(tokens.length, maxLength)));
    all += read.length;
    for (const id of read) if (id === unknownId) unknown++;
    return { ids, labels: labelIndices };
  });
  return { texts, unknown, tokens: all };
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
