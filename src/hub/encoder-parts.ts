/** Which files of a model make an encoder. */

export const weightsFile = 'model.safetensors';
/** Says which file each weight of a large model is in. */
export const weightsIndex = 'model.safetensors.index.json';

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
 * The files that hold the weights, by an index's `weight_map`.
 *
 * @param json the text of a `model.safetensors.index.json`; it may be anything
 * @returns undefined where it is no index, or names what cannot be a file beside it
 */
export function shardsOf(json: string): string[] | undefined {
  let index: unknown;
  try {
    index = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof index !== 'object' || index === null || !('weight_map' in index)) return undefined;
  const { weight_map: map } = index;
  if (typeof map !== 'object' || map === null) return undefined;
  const shards = [...new Set(Object.values(map))];
  const isFine = (name: unknown): name is string =>
    typeof name === 'string' && /^\w[\w.-]*\.safetensors$/.test(name);
  return shards.length > 0 && shards.every(isFine) ? shards : undefined;
}
