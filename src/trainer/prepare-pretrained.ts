import { setImmediate } from 'node:timers/promises';
import type { Dataset, Example } from '../data/rows';
import type { PretrainedTokenizer } from '../pretrained/tokenizer/tokenizer';
import type { EncodedText } from './batch';
import { countClasses, countRows, summarizeLengths } from './data-facts';
import type { PreparedData } from './prepare';

export type EncodedData = Pick<PreparedData, 'train' | 'validation' | 'test' | 'facts'>;

/** After so many milliseconds, and the text at hand, the signal is heard. */
const AT_ONCE = 50;

/**
 * Cuts all texts into the encoder's tokens.
 *
 * @throws the signal's reason where it was aborted
 */
export async function encodeData(
  dataset: Dataset,
  tokenizer: PretrainedTokenizer,
  signal: AbortSignal,
): Promise<EncodedData> {
  let heard = Number.NEGATIVE_INFINITY;
  const encodeAll = async (examples: readonly Example[]) => {
    const texts: EncodedText[] = [];
    const lengths: number[] = [];
    for (const { text, labelIndices } of examples) {
      if (performance.now() - heard > AT_ONCE) {
        await setImmediate();
        signal.throwIfAborted();
        heard = performance.now();
      }
      const { ids, length } = tokenizer.encode(text);
      texts.push({ ids: tableRows(ids), labels: labelIndices });
      lengths.push(length);
    }
    return { texts, lengths };
  };
  const train = await encodeAll(dataset.train);
  const { texts: validation } = await encodeAll(dataset.validation);
  const { texts: test } = await encodeAll(dataset.test);
  return {
    train: train.texts,
    validation,
    test,
    facts: {
      type: 'data',
      rows: countRows(dataset),
      classes: countClasses(dataset),
      lengths: summarizeLengths(train.lengths, tokenizer.maxLength),
      vocabulary: {
        size: tokenizer.vocabularySize,
        unknownTokenShare: unknownShare([...validation, ...test], tokenizer.unknownId),
      },
    },
  };
}

/** Row 0 of the table of word vectors is padding, whatever the encoder's own number of it is: token i is row i + 1. */
export function tableRows(ids: Int32Array): Int32Array {
  return ids.map((id) => id + 1);
}

function unknownShare(texts: readonly EncodedText[], unknownId: number | undefined): number {
  if (unknownId === undefined) return 0;
  let [unknown, all] = [0, 0];
  for (const { ids } of texts) {
    all += ids.length;
    for (const row of ids) if (row === unknownId + 1) unknown++;
  }
  return all === 0 ? 0 : unknown / all;
}
