import type { Dataset, Example } from '../data/rows';
import type { TokenizerOptions } from '../experiment/schema';
import { dataCacheFolder } from '../runs/paths';
import { Room } from '../store/byte-writer';
import type { DataCache } from '../store/data-cache';
import type { IntLists } from '../store/int-lists';
import { unknownId } from '../text/vocabulary';
import { dataCacheOf } from './data-cache';
import { keptOr, type NumberedData } from './kept-numbers';
import { type NumberSettings, numberByOwnVocabulary, numberTexts } from './number-texts';
import { type NumbererSettings, type OpenNumberer, openNumberer } from './open-numberer';
import type { RunContext } from './run-context';

/** Who numbers the texts, where the numbers go, what is kept of them, and what ends the work. */
export interface PrepareSettings extends NumbererSettings, NumberSettings {
  readonly cache?: DataCache | undefined;
}

/** So many bytes of numbers stay in memory. */
const numbersInMemory = 1 << 28;

export function prepareSettings({ executor, root, signal }: RunContext): PrepareSettings {
  const room = new Room(numbersInMemory, dataCacheFolder(root));
  return { threads: executor.threads, room, signal, cache: dataCacheOf(root) };
}

/** Numbers all texts by the vocabulary that the training texts make. */
export function numberData(
  dataset: Dataset,
  options: TokenizerOptions,
  settings: PrepareSettings,
): Promise<NumberedData> {
  return keptOr(settings, dataset, ['words', options], () =>
    withNumberer(dataset, settings, (numberer) => numberWords(dataset, options, numberer, settings)),
  );
}

export async function withNumberer<Result>(
  { train, validation, test }: Dataset,
  settings: PrepareSettings,
  work: (numberer: OpenNumberer) => Promise<Result>,
): Promise<Result> {
  const numberer = openNumberer([train, validation, test], settings);
  try {
    return await work(numberer);
  } finally {
    await numberer.end();
  }
}

async function numberWords(
  dataset: Dataset,
  options: TokenizerOptions,
  numberer: OpenNumberer,
  settings: PrepareSettings,
): Promise<NumberedData> {
  const { maxLength } = options;
  await numberer.begin({ type: 'count', options, maxLength });
  const made = await numberByOwnVocabulary(dataset.train, numberer, settings, options);
  const { words, seenWords, size } = made.vocabulary;
  await numberer.begin({ type: 'encode', options, maxLength, words });
  let [unknown, tokens] = [0, 0];
  const numberHeld = async (examples: readonly Example[]): Promise<IntLists> => {
    const { lists } = await numberTexts(examples, numberer, settings, ({ ids, sizes, lengths }) => {
      let start = 0;
      for (const [i, listed] of sizes.entries()) {
        // N-grams aside; a text without tokens is one unknown word.
        const end = start + Math.max(1, Math.min(lengths[i]!, maxLength));
        tokens += end - start;
        for (let at = start; at < end; at++) if (ids[at] === unknownId) unknown++;
        start += listed;
      }
    });
    return lists;
  };
  return {
    train: made.lists,
    validation: await numberHeld(dataset.validation),
    test: await numberHeld(dataset.test),
    lengths: made.lengths,
    ...{ words, seenWords, size },
    unknownTokenShare: tokens === 0 ? 0 : unknown / tokens,
  };
}
