import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildTokenizer } from './build';
import { type TokenizerJson, tokenizerSchema } from './json';
import { parseJson, readSettings, readText, type Special, type TokenizerSettings } from './settings';

export interface ReadTokenizer {
  json: TokenizerJson;
  /** Which tokens play which role. */
  special: Special;
  /** How many tokens of a text the checkpoint says it reads; Infinity where it does not say. */
  limit: number;
  /** For messages. */
  file: string;
  folder: string;
}

/** Larger limits are none: transformers writes 10^30 where it knows none. */
const largestLimit = 1_000_000;

/** Reads what a folder has of a tokenizer: `tokenizer.json`, or else vocabulary files. */
export function readTokenizer(folder: string): ReadTokenizer {
  const settings = readSettings(folder);
  const file = join(folder, 'tokenizer.json');
  const read = existsSync(file)
    ? {
        json: adjusted(parseJson(readText(file), file, tokenizerSchema), settings),
        special: settings.special,
        file,
      }
    : buildTokenizer(folder, settings);
  const { model_max_length: written } = settings;
  const limit = written != null && written >= 1 && written <= largestLimit ? Math.floor(written) : Infinity;
  return { ...read, limit, folder };
}

/**
 * What `tokenizer_config.json` says goes before `tokenizer.json`, as in transformers: the same file serves models with
 * and without capital letters.
 */
function adjusted(json: TokenizerJson, settings: TokenizerSettings): TokenizerJson {
  const { className, do_lower_case, strip_accents, tokenize_chinese_chars, add_prefix_space } = settings;
  const isBert = className === 'BertTokenizer' || className === 'DistilBertTokenizer';
  if (isBert && json.normalizer?.type === 'BertNormalizer') {
    const said = {
      ...(do_lower_case == null ? {} : { lowercase: do_lower_case }),
      ...(strip_accents === undefined ? {} : { strip_accents }),
      ...(tokenize_chinese_chars == null ? {} : { handle_chinese_chars: tokenize_chinese_chars }),
    };
    return { ...json, normalizer: { ...json.normalizer, ...said } };
  }
  if (
    className === 'RobertaTokenizer' &&
    json.pre_tokenizer?.type === 'ByteLevel' &&
    add_prefix_space != null
  ) {
    return { ...json, pre_tokenizer: { ...json.pre_tokenizer, add_prefix_space } };
  }
  return json;
}
