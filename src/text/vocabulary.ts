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
  /** The ids of each text's tokens, then of their n-grams in the order of `ngramsOf`. */
  texts: Int32Array[];
}

/**
 * Numbers the tokens of all texts, and their n-grams, by the vocabulary that they make: the most frequent ones,
 * equally frequent ones in the order of their code units. Of the texts only the numbers are kept, so they may come
 * one by one.
 *
 * @param ngrams how many neighbouring tokens make a further one at most; 1 makes none
 * @throws HumanError where there are more different ones than can be counted
 */
export function numberTokens(
  tokenLists: Iterable<readonly string[]>,
  { maxVocabulary, minFrequency }: VocabularyLimits,
  ngrams = 1,
): NumberedTexts {
  const units = new Units();
  const texts = Array.from(tokenLists, (tokens) => units.count(tokens, ngrams));
  const { counts } = units;
  const frequent = Array.from(counts.keys())
    .filter((unit) => counts[unit]! >= minFrequency && !units.isSpecial(unit))
    .sort((a, b) => counts[b]! - counts[a]!);
  const size = maxVocabulary === 0 ? frequent.length : Math.min(maxVocabulary, frequent.length);
  // Only of those that can be kept is it worth making the text: n-grams are many.
  const least = size === 0 ? 0 : counts[frequent[size - 1]!]!;
  const kept = frequent
    .filter((unit) => counts[unit]! >= least)
    .map((unit) => ({ unit, text: units.textOf(unit) }))
    .sort((a, b) => counts[b.unit]! - counts[a.unit]! || (a.text < b.text ? -1 : 1))
    .slice(0, size);
  const seen = counts.reduce((sum, _, unit) => (units.isSpecial(unit) ? sum : sum + 1), 0);
  const vocabulary = vocabularyOf([...specials, ...kept.map(({ text }) => text)], seen);
  const ids = new Int32Array(counts.length).fill(unknownId);
  kept.forEach(({ unit }, i) => {
    ids[unit] = specials.length + i;
  });
  for (const text of texts) for (let i = 0; i < text.length; i++) text[i] = ids[text[i]!]!;
  return { vocabulary, texts };
}

/** Words and n-grams, numbered as they come. An n-gram is known by the numbers of its beginning and its last word. */
class Units {
  /** How often each one came. */
  readonly counts: number[] = [];
  private readonly words = new Map<string, number>();
  private readonly ngrams = new Map<number, number>();
  /** The text of a word; of an n-gram, the numbers that it is known by. */
  private readonly parts: (string | readonly [beginning: number, last: number])[] = [];

  /** The numbers of a text's tokens, then of their n-grams. */
  count(tokens: readonly string[], longest: number): Int32Array {
    const all = tokens.map((token) => this.word(token));
    let start = 0;
    for (let n = 2; n <= Math.min(longest, tokens.length); n++) {
      const end = all.length;
      for (let i = start; i + 1 < end; i++) all.push(this.ngram(all[i]!, all[i - start + n - 1]!));
      start = end;
    }
    return Int32Array.from(all);
  }

  private word(token: string): number {
    const known = this.words.get(token);
    if (known !== undefined) {
      this.counts[known]!++;
      return known;
    }
    const text = ownString(token);
    const number = this.add(text);
    this.words.set(text, number);
    return number;
  }

  private ngram(beginning: number, last: number): number {
    const key = beginning * (mostDifferent + 1) + last;
    const known = this.ngrams.get(key);
    if (known !== undefined) {
      this.counts[known]!++;
      return known;
    }
    const number = this.add([beginning, last]);
    this.ngrams.set(key, number);
    return number;
  }

  private add(part: (typeof this.parts)[number]): number {
    if (this.counts.length === mostDifferent) throw tooManyDifferent();
    this.parts.push(part);
    return this.counts.push(1) - 1;
  }

  textOf(unit: number): string {
    const part = this.parts[unit]!;
    return typeof part === 'string' ? part : `${this.textOf(part[0])} ${this.textOf(part[1])}`;
  }

  isSpecial(unit: number): boolean {
    return (specials as readonly unknown[]).includes(this.parts[unit]);
  }
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
