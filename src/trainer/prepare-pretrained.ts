import type { Dataset, Example } from '../data/rows';
import type { PretrainedTokenizer, PretrainedTokenizerOptions } from '../pretrained/tokenizer/tokenizer';
import { countClasses, countRows, summarizeLengths } from './data-facts';
import { encodedTexts } from './encoded-texts';
import { type NumberedTexts, numberTexts } from './number-texts';
import { openNumberer } from './open-numberer';
import type { PreparedData, PrepareSettings } from './prepare';
import { encoderWork } from './text-work';

export type EncodedData = Pick<PreparedData, 'train' | 'validation' | 'test' | 'facts'>;

/** An encoder's tokenizer, and how other threads open it. */
export interface EncoderTokenizer {
  readonly tokenizer: PretrainedTokenizer;
  readonly folder: string;
  readonly options: PretrainedTokenizerOptions;
}

/**
 * Cuts all texts into the encoder's tokens.
 *
 * @throws the signal's reason where it was aborted
 */
export async function encodeData(
  dataset: Dataset,
  { tokenizer, folder, options }: EncoderTokenizer,
  settings: PrepareSettings,
): Promise<EncodedData> {
  const numberer = openNumberer([...dataset.train, ...dataset.validation, ...dataset.test], settings);
  const encode = (examples: readonly Example[]) => numberTexts(examples, numberer, settings);
  try {
    await numberer.begin({ type: 'encoder', folder, options }, encoderWork(tokenizer));
    const train = await encode(dataset.train);
    const validation = await encode(dataset.validation);
    const test = await encode(dataset.test);
    return {
      train: encodedTexts(dataset.train, train.lists),
      validation: encodedTexts(dataset.validation, validation.lists),
      test: encodedTexts(dataset.test, test.lists),
      facts: {
        type: 'data',
        rows: countRows(dataset),
        classes: countClasses(dataset),
        lengths: summarizeLengths(train.lengths, tokenizer.maxLength),
        vocabulary: {
          size: tokenizer.vocabularySize,
          unknownTokenShare: unknownShare([validation, test], tokenizer.unknownId),
        },
      },
    };
  } finally {
    await numberer.end();
  }
}

function unknownShare(parts: readonly NumberedTexts[], unknownId: number | undefined): number {
  if (unknownId === undefined) return 0;
  let [unknown, all] = [0, 0];
  for (const { lists } of parts) {
    for (let text = 0; text < lists.length; text++) {
      const ids = lists.get(text);
      all += ids.length;
      for (const row of ids) if (row === unknownId + 1) unknown++;
    }
  }
  return all === 0 ? 0 : unknown / all;
}
