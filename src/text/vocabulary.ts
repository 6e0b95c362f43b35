import type { Units } from './units';

/** The row of the embedding table that pads short texts; its vector stays zero. */
export const paddingId = 0;
/** The row for every word that the vocabulary doesn't have. */
export const unknownId = 1;
/** No word tokenizer gives these: they aren't words. */
const specials = ['<pad>', '<unk>'] as const;

export interface Vocabulary {
  /** The word of each id, the two special ones first. */
  readonly words: readonly string[];
  /** Rows of the embedding table: all words, special ones included. */
  readonly size: number;
  /** Different words in the training texts, before rare ones were cut; 0 if that isn't known. */
  readonly seenWords: number;
  /** The word's id, or `unknownId`. */
  id(word: string): number;
  /** An id for each token; a text without tokens is one unknown word, so that no length is ever 0. */
  encode(tokens: readonly string[]): Int32Array;
}

export interface VocabularyLimits {
  /** How many words are kept, the two special ones not counted; 0 keeps all. */
  maxVocabulary: number;
  /** How often a word must occur. */
  minFrequency: number;
}

export interface ChosenVocabulary {
  vocabulary: Vocabulary;
  /** `[units]`: the id of each unit. */
  ids: Int32Array;
}

/**
 * The vocabulary that counted tokens and n-grams make: the most frequent ones, equally frequent ones in the order of
 * their code units. It does not depend on the order in which they were counted.
 */
export function chooseVocabulary(
  units: Units,
  { maxVocabulary, minFrequency }: VocabularyLimits,
): ChosenVocabulary {
  const { counts } = units;
  const isSpecial = new Set(specials.map((special) => units.unitOf(special)));
  const frequent = Int32Array.from(counts.keys())
    .filter((unit) => counts[unit]! >= minFrequency && !isSpecial.has(unit))
    .sort((a, b) => counts[b]! - counts[a]!);
  const size = maxVocabulary === 0 ? frequent.length : Math.min(maxVocabulary, frequent.length);
  // Only of those that can be kept is it worth making the text: n-grams are many.
  const least = size === 0 ? 0 : counts[frequent[size - 1]!]!;
  const kept = Array.from(frequent.filter((unit) => counts[unit]! >= least))
    .map((unit) => ({ unit, text: units.textOf(unit) }))
    .sort((a, b) => counts[b.unit]! - counts[a.unit]! || (a.text < b.text ? -1 : 1))
    .slice(0, size);
  isSpecial.delete(undefined);
  const vocabulary = vocabularyOf(
    [...specials, ...kept.map(({ text }) => text)],
    units.size - isSpecial.size,
  );
  const ids = new Int32Array(units.size).fill(unknownId);
  kept.forEach(({ unit }, i) => {
    ids[unit] = specials.length + i;
  });
  return { vocabulary, ids };
}

/** @param words in the order of their ids; must be different from each other and start with the special ones */
export function vocabularyOf(words: readonly string[], seenWords = 0): Vocabulary {
  if (specials.some((special, id) => words[id] !== special)) {
    throw new Error(`a vocabulary starts with ${specials.join(' and ')}`);
  }
  const ids = new Map(words.map((word, id) => [word, id]));
  if (ids.size !== words.length) throw new Error('a word is in the vocabulary twice');
  const id = (word: string) => ids.get(word) ?? unknownId;
  return {
    words,
    size: words.length,
    seenWords,
    id,
    encode: (tokens) => (tokens.length === 0 ? Int32Array.of(unknownId) : Int32Array.from(tokens, id)),
  };
}
