import { HumanError } from '../protocol/human-error';

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

export interface NumberedTexts {
  vocabulary: Vocabulary;
  /** The id of each token of each text. */
  texts: Int32Array[];
}

/**
 * Numbers the tokens of all texts by the vocabulary that they make: the most frequent words, equally frequent ones in
 * the order of their code units. Of the texts only the numbers are kept, so they may come one by one.
 *
 * @throws HumanError where there are more different tokens than can be counted
 */
export function numberTokens(
  tokenLists: Iterable<Iterable<string>>,
  { maxVocabulary, minFrequency }: VocabularyLimits,
): NumberedTexts {
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const texts: Int32Array[] = [];
  for (const tokens of tokenLists) {
    const text: number[] = [];
    for (const token of tokens) {
      let number = numbers.get(token);
      if (number === undefined) {
        number = numbers.size;
        if (number === mostDifferent) throw tooManyDifferent();
        numbers.set(ownString(token), number);
      }
      counts[number] = (counts[number] ?? 0) + 1;
      text.push(number);
    }
    texts.push(Int32Array.from(text));
  }
  const words = [...numbers.keys()];
  const isSpecial = (word: string) => (specials as readonly string[]).includes(word);
  const kept = Array.from(words.keys())
    .filter((number) => counts[number]! >= minFrequency && !isSpecial(words[number]!))
    .sort((a, b) => counts[b]! - counts[a]! || (words[a]! < words[b]! ? -1 : 1))
    .slice(0, maxVocabulary === 0 ? undefined : maxVocabulary)
    .map((number) => words[number]!);
  const seen = words.length - words.filter(isSpecial).length;
  const vocabulary = vocabularyOf([...specials, ...kept], seen);
  const ids = Int32Array.from(words, vocabulary.id);
  for (const text of texts) for (let i = 0; i < text.length; i++) text[i] = ids[text[i]!]!;
  return { vocabulary, texts };
}

/** As `numberTokens`, for the vocabulary alone. */
export function buildVocabulary(
  tokenLists: Iterable<Iterable<string>>,
  limits: VocabularyLimits,
): Vocabulary {
  return numberTokens(tokenLists, limits).vocabulary;
}

/** V8's maps hold no more than 2^24 entries. */
const mostDifferent = 2 ** 24 - 1;

function tooManyDifferent(): HumanError {
  return new HumanError('The training texts have more than 16 million different tokens.', {
    hint: 'Lower tokenizer.ngrams, or train on fewer rows (data.maxRows).',
  });
}

/** V8 cuts longer strings as views, which would keep the whole text that a word was cut from in memory. */
const longestCopied = 12;

/** The same string, with characters of its own. */
function ownString(text: string): string {
  return text.length <= longestCopied ? text : Buffer.from(text, 'utf16le').toString('utf16le');
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
