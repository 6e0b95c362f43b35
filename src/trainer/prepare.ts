import { createRandom } from '../data/random';
import type { Dataset, Example } from '../data/rows';
import type { Experiment, NetworkOptions } from '../experiment/schema';
import type { DataEvent } from '../protocol/events';
import { dataCacheFolder } from '../runs/paths';
import { Room } from '../store/byte-writer';
import { embeddingMatrix } from '../text/embedding-matrix';
import { createTokenizer, type Tokenizer } from '../text/tokenizer-file';
import { unknownId, type Vocabulary } from '../text/vocabulary';
import type { EncodedText } from './batch';
import { countClasses, countRows, summarizeLengths } from './data-facts';
import { encodedTexts } from './encoded-texts';
import { type NumberSettings, numberByOwnVocabulary, numberTexts } from './number-texts';
import { type NumbererSettings, openNumberer } from './open-numberer';
import type { RunContext } from './run-context';
import { vectorsFile } from './vectors-file';

/** Who numbers the texts, where the numbers go, and what ends the work. */
export type PrepareSettings = NumbererSettings & NumberSettings;

/** So many bytes of numbers stay in memory. */
const numbersInMemory = 1 << 28;

export function prepareSettings({ executor, root, signal }: RunContext): PrepareSettings {
  return { threads: executor.threads, room: new Room(numbersInMemory, dataCacheFolder(root)), signal };
}

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
  const { vocabulary, tokenizer, lengths, ...texts } = await numberData(dataset, experiment, settings);
  const { embedding, found } = await startingVectors(experiment, vocabulary, folder);
  const { train, validation, test, unknownTokenShare } = texts;
  return {
    tokenizer,
    ...{ train, validation, test },
    embedding,
    facts: {
      type: 'data',
      rows: countRows(dataset),
      classes: countClasses(dataset),
      lengths: summarizeLengths(lengths, experiment.tokenizer.maxLength),
      vocabulary: {
        // Padding and the unknown word are no words.
        size: vocabulary.size - 2,
        seen: vocabulary.seenWords,
        ...(found === undefined ? {} : { vectorsFound: found }),
        unknownTokenShare,
      },
    },
  };
}

async function numberData(
  dataset: Dataset,
  { tokenizer: options }: NetworkExperiment,
  settings: PrepareSettings,
) {
  const { maxLength } = options;
  const numberer = openNumberer([...dataset.train, ...dataset.validation, ...dataset.test], settings);
  try {
    await numberer.begin({ type: 'count', options, maxLength });
    const { vocabulary, lists, lengths } = await numberByOwnVocabulary(
      dataset.train,
      numberer,
      settings,
      options,
    );
    const tokenizer = createTokenizer(options, vocabulary, maxLength);
    await numberer.begin({ type: 'encode', options, maxLength, words: vocabulary.words });
    let [unknown, tokens] = [0, 0];
    const numberHeld = async (examples: readonly Example[]): Promise<EncodedText[]> => {
      const held = await numberTexts(examples, numberer, settings, ({ ids, sizes, lengths: ofBlock }) => {
        let start = 0;
        for (const [i, size] of sizes.entries()) {
          // N-grams aside; a text without tokens is one unknown word.
          const end = start + Math.max(1, Math.min(ofBlock[i]!, maxLength));
          tokens += end - start;
          for (let at = start; at < end; at++) if (ids[at] === unknownId) unknown++;
          start += size;
        }
      });
      return encodedTexts(examples, held.lists);
    };
    const train = encodedTexts(dataset.train, lists);
    const validation = await numberHeld(dataset.validation);
    const test = await numberHeld(dataset.test);
    const unknownTokenShare = tokens === 0 ? 0 : unknown / tokens;
    return { ...{ vocabulary, tokenizer, lengths, train, validation, test }, unknownTokenShare };
  } finally {
    await numberer.end();
  }
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
