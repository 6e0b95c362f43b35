/** Which files of a model make an encoder. */
import { parseShardIndex } from '../runs/shard-index';

/** Any of these rows is enough to cut texts. */
const vocabularies = [
  ['tokenizer.json'],
  ['vocab.txt'],
  ['vocab.json', 'merges.txt'],
  ['spiece.model'],
  ['sentencepiece.bpe.model'],
] as const;

/** What is wanted of a model besides its weights, as far as it has it. */
export const plainFiles: readonly string[] = [
  'config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  ...vocabularies.flat(),
];

export type Has = (file: string) => boolean;

export function hasVocabulary(has: Has): boolean {
  return vocabularies.some((files) => files.every(has));
}

/**
 * The files that hold the weights.
 *
 * @param json the text of a list of them; it may be anything
 * @returns undefined where it is no such list, or names what cannot be a file beside it
 */
export function shardsOf(json: string): string[] | undefined {
  try {
    return [...new Set(Object.values(parseShardIndex(json)))];
  } catch {
    return undefined;
  }
}
