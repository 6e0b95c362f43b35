import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../../protocol/file-error';
import { writeFileAtomic } from '../../runs/atomic';
import { vocabularyFiles } from './build';
import type { ReadTokenizer } from './files';

/**
 * Writes a tokenizer so that every reader cuts texts alike. The class is the one that takes `tokenizer.json` as it is:
 * transformers' own classes of each architecture make their normalizer and pre-tokenizer anew from their options.
 *
 * @param limit tokens of a text, marks included
 * @param inputs the model's, which Python's tokenizer makes of a text
 */
export function saveTokenizer(
  read: ReadTokenizer,
  limit: number,
  folder: string,
  inputs: readonly string[],
): void {
  const { special } = read;
  const write = (name: string, contents: unknown, indent?: number) =>
    writeFileAtomic(join(folder, name), `${JSON.stringify(contents, null, indent)}\n`);
  const { normalizer, pre_tokenizer, post_processor, decoder } = read.json;
  write('tokenizer.json', {
    ...read.json,
    version: '1.0',
    // A text is cut at `model_max_length`, and padded as its reader likes.
    truncation: null,
    padding: null,
    normalizer: normalizer ?? null,
    pre_tokenizer: pre_tokenizer ?? null,
    post_processor: post_processor ?? null,
    decoder: decoder ?? null,
  });
  write(
    'tokenizer_config.json',
    {
      tokenizer_class: 'PreTrainedTokenizerFast',
      model_max_length: limit,
      model_input_names: inputs,
      clean_up_tokenization_spaces: false,
      ...special,
    },
    2,
  );
  write('special_tokens_map.json', special, 2);
  for (const name of vocabularyFiles) copyIfThere(join(read.folder, name), join(folder, name));
}

function copyIfThere(from: string, to: string): void {
  if (!existsSync(from) || from === to) return;
  try {
    copyFileSync(from, to);
  } catch (error) {
    throw fileError('writing', to, error);
  }
}
