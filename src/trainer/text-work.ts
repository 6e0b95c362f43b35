/** The work of turning texts into numbers: the same in the thread that trains and in threads of its own. */
import { openPretrainedTokenizer, type PretrainedTokenizerOptions } from '../pretrained/tokenizer/tokenizer';
import { Growing } from '../store/growing';
import { cutNgrams } from '../text/ngrams';
import { type TokenizerOptions, tokenizerOf } from '../text/tokenize';
import { createTokenizer } from '../text/tokenizer-file';
import { Units } from '../text/units';
import { vocabularyOf } from '../text/vocabulary';

/** What is to be done with texts; it can be told to another thread. */
export type TextTask =
  /** Numbers tokens and n-grams as they come, and counts them: what a vocabulary is made of. */
  | { readonly type: 'count'; readonly options: TokenizerOptions; readonly maxLength: number }
  /** Numbers tokens by a vocabulary. */
  | {
      readonly type: 'encode';
      readonly options: TokenizerOptions;
      readonly maxLength: number;
      readonly words: readonly string[];
    }
  /** Cuts texts into the tokens of the encoder in `folder`. */
  | { readonly type: 'encoder'; readonly folder: string; readonly options: PretrainedTokenizerOptions };

/** Some texts as numbers. */
export interface NumberedBlock {
  /** One text after the other, each cut to what is read of it; no text has none. */
  readonly ids: Int32Array;
  /** `[texts]`: how many numbers each one has. */
  readonly sizes: Uint32Array;
  /** `[texts]`: how many tokens each one had before it was cut. */
  readonly lengths: Uint32Array;
}

export interface TextWork {
  add(text: string): void;
  /** The texts that were added since the last time. */
  take(): NumberedBlock;
  /** All that was counted, and the numbers that it has. */
  units?(): Units;
}

/** A text that has no tokens is one unit that no vocabulary has. */
export const noUnit = -1;

export function beginWork(task: TextTask): TextWork {
  switch (task.type) {
    case 'count':
      return countWork(task.options, task.maxLength);
    case 'encode': {
      const { options, maxLength, words } = task;
      const { tokenize, encodeTokens } = createTokenizer(options, vocabularyOf(words), maxLength);
      return collect((text) => {
        const tokens = tokenize(text);
        return { ids: encodeTokens(tokens), length: tokens.length };
      });
    }
    case 'encoder':
      return encoderWork(openPretrainedTokenizer(task.folder, task.options));
  }
}

function countWork({ ngrams = 1, ...options }: TokenizerOptions, maxLength: number): TextWork {
  const tokenize = tokenizerOf(options);
  const units = new Units();
  const all = new Growing((length) => new Int32Array(length));
  const work = collect((text) => {
    const tokens = tokenize(text);
    all.clear();
    units.count(tokens, ngrams, all);
    if (tokens.length === 0) all.push(noUnit);
    return { ids: cutNgrams(all.view(), tokens.length, ngrams, maxLength), length: tokens.length };
  });
  return { ...work, units: () => units };
}

/** Row 0 of the table of word vectors is padding, whatever the encoder's own number of it is: token i is row i + 1. */
export function tableRows(ids: Int32Array): Int32Array {
  return ids.map((id) => id + 1);
}

export function encoderWork(tokenizer: {
  encode(text: string): { ids: Int32Array; length: number };
}): TextWork {
  return collect((text) => {
    const { ids, length } = tokenizer.encode(text);
    return { ids: tableRows(ids), length };
  });
}

function collect(number: (text: string) => { ids: Int32Array; length: number }): TextWork {
  const ids = new Growing((length) => new Int32Array(length));
  const sizes = new Growing((length) => new Uint32Array(length));
  const lengths = new Growing((length) => new Uint32Array(length));
  return {
    add(text) {
      const { ids: ofText, length } = number(text);
      ids.append(ofText);
      sizes.push(ofText.length);
      lengths.push(length);
    },
    take() {
      const block = { ids: ids.copy(), sizes: sizes.copy(), lengths: lengths.copy() };
      for (const numbers of [ids, sizes, lengths]) numbers.clear();
      return block;
    },
  };
}
