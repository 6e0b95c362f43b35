import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../data/rows';
import type { PretrainedTokenizer, PretrainedTokenizerOptions } from '../pretrained/tokenizer/tokenizer';
import type { IntLists } from '../store/int-lists';
import { countClasses, countRows, summarizeLengths } from './data-facts';
import { encodedTexts } from './encoded-texts';
import { keptOr, type NumberedData } from './kept-numbers';
import { type PrepareSettings, withNumberer } from './number-data';
import { numberTexts } from './number-texts';
import type { OpenNumberer } from './open-numberer';
import type { PreparedData } from './prepare';
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
  encoder: EncoderTokenizer,
  settings: PrepareSettings,
): Promise<EncodedData> {
  const { tokenizer, folder, options } = encoder;
  const how = settings.cache && ['encoder', options, tokenizerDigest(folder)];
  const data = await keptOr(settings, dataset, how ?? [], () =>
    withNumberer(dataset, settings, (numberer) => numberTokens(dataset, encoder, numberer, settings)),
  );
  return {
    train: encodedTexts(dataset.train, data.train),
    validation: encodedTexts(dataset.validation, data.validation),
    test: encodedTexts(dataset.test, data.test),
    facts: {
      type: 'data',
      rows: countRows(dataset),
      classes: countClasses(dataset),
      lengths: summarizeLengths(data.lengths, tokenizer.maxLength),
      vocabulary: { size: tokenizer.vocabularySize, unknownTokenShare: data.unknownTokenShare },
    },
  };
}

async function numberTokens(
  dataset: Dataset,
  { tokenizer, folder, options }: EncoderTokenizer,
  numberer: OpenNumberer,
  settings: PrepareSettings,
): Promise<NumberedData> {
  await numberer.begin({ type: 'encoder', folder, options }, encoderWork(tokenizer));
  const { lists: train, lengths } = await numberTexts(dataset.train, numberer, settings);
  const { lists: validation } = await numberTexts(dataset.validation, numberer, settings);
  const { lists: test } = await numberTexts(dataset.test, numberer, settings);
  return {
    ...{ train, validation, test, lengths },
    ...{ words: [], seenWords: 0 },
    // Row 0 of the table is padding.
    size: tokenizer.vocabularySize + 1,
    unknownTokenShare: unknownShare([validation, test], tokenizer.unknownId),
  };
}

/** What no tokenizer is, but weights. */
const largestTokenizerFile = 1 << 26;

/** Of all files beside an encoder's weights: more than its tokenizer, but nothing of it is missed. */
function tokenizerDigest(folder: string): string {
  const digest = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size > largestTokenizerFile || /\.(safetensors|bin|onnx)$/.test(name))
      continue;
    digest.update(`${JSON.stringify(name)} ${stats.size}\n`).update(readFileSync(path));
  }
  return digest.digest('hex');
}

function unknownShare(parts: readonly IntLists[], unknownId: number | undefined): number {
  if (unknownId === undefined) return 0;
  let [unknown, all] = [0, 0];
  for (const lists of parts) {
    for (let text = 0; text < lists.length; text++) {
      const ids = lists.get(text);
      all += ids.length;
      for (const row of ids) if (row === unknownId + 1) unknown++;
    }
  }
  return all === 0 ? 0 : unknown / all;
}
