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
  /** At most `maxLength` ids; a text without tokens is one unknown word, so that no length is ever 0. */
  encode(tokens: readonly string[], maxLength: number): Int32Array;
}

export interface VocabularyLimits {
  /** How many words are kept, the two special ones not counted; 0 keeps all. */
  maxVocabulary: number;
  /** How often a word must occur. */
  minFrequency: number;
}

/** Keeps the most frequent words, equally frequent ones in the order of their code units. */
export function buildVocabulary(
  tokenLists: Iterable<readonly string[]>,
  { maxVocabulary, minFrequency }: VocabularyLimits,
): Vocabulary {
  const counts = new Map<string, number>();
  for (const tokens of tokenLists) {
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  for (const special of specials) counts.delete(special);
  const kept = [...counts]
    .filter(([, count]) => count >= minFrequency)
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .slice(0, maxVocabulary === 0 ? undefined : maxVocabulary)
    .map(([word]) => word);
  return vocabularyOf([...specials, ...kept], counts.size);
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
    encode(tokens, maxLength) {
      if (tokens.length === 0) return Int32Array.of(unknownId);
      const encoded = new Int32Array(Math.min(tokens.length, maxLength));
      for (let i = 0; i < encoded.length; i++) encoded[i] = id(tokens[i]!);
      return encoded;
    },
  };
}
