import type { Experiment, PretrainedOptions } from '../experiment/schema';
import { findEncoder } from '../hub/find-encoder';
import { openCheckpoint } from '../pretrained/checkpoint';
import { longestText } from '../pretrained/config';
import { openPretrainedTokenizer } from '../pretrained/tokenizer/tokenizer';
import { HumanError } from '../protocol/human-error';
import type { LengthReport } from '../protocol/inspection';
import { characterTokenizer } from '../text/tokenize';

export interface TokenCounter extends Pick<LengthReport, 'unit' | 'maxLength'> {
  /** Whether of a text without a word nothing is left to read. */
  needsWords: boolean;
  /** @param words those of the text */
  count(text: string, words: readonly string[]): number;
}

/**
 * What tells how many tokens of a text the model would read. Of a pretrained encoder that is not on this machine nobody
 * knows: its words are counted instead, and no cut is known.
 *
 * @param folder the experiment's
 */
export function tokenCounter(experiment: Experiment, folder: string): TokenCounter {
  const { model, tokenizer } = experiment;
  const words: TokenCounter = {
    unit: 'words',
    maxLength: null,
    needsWords: true,
    count: (_, words) => words.length,
  };
  if (model.type === 'baseline') return words;
  if (model.type === 'pretrained') {
    const encoder = encoderFolder(experiment, folder);
    return (
      (encoder === undefined ? undefined : encoderCounter(model, encoder)) ?? { ...words, needsWords: false }
    );
  }
  const { type, maxLength } = tokenizer;
  if (type === 'word') return { ...words, maxLength };
  const tokenize = characterTokenizer(tokenizer);
  return { unit: 'characters', maxLength, needsWords: false, count: (text) => tokenize(text).length };
}

/** Where an experiment's encoder is on this machine, undefined where there is none. */
export function encoderFolder({ model }: Experiment, folder: string): string | undefined {
  if (model.type !== 'pretrained') return undefined;
  try {
    return findEncoder(model.encoder, model.revision, folder)?.folder;
  } catch (error) {
    if (error instanceof HumanError) return undefined;
    throw error;
  }
}

/** Undefined where there is none that can be opened: the check says why. */
function encoderCounter(model: PretrainedOptions, from: string): TokenCounter | undefined {
  try {
    const checkpoint = openCheckpoint(from);
    checkpoint.close();
    const { maxLength, encode } = openPretrainedTokenizer(from, {
      maxLength: model.maxLength,
      longest: longestText(checkpoint.config),
      vocabularySize: checkpoint.config.vocabularySize,
    });
    return { unit: 'tokens', maxLength, needsWords: false, count: (text) => encode(text).length };
  } catch (error) {
    if (error instanceof HumanError) return undefined;
    throw error;
  }
}
