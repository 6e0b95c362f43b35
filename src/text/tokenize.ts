export interface WordTokenizerOptions {
  /** Whether "Good" and "good" are the same word. */
  lowercase: boolean;
  /** Whether all from a `<` to the next `>` is taken for an HTML tag and left out. */
  stripHtml: boolean;
  /** Whether emoticons are kept, as tokens after the words. */
  keepEmoticons: boolean;
}

export interface TokenizerOptions extends WordTokenizerOptions {
  /** `word` by default. */
  type?: keyof typeof tokenizers;
  /** Up to so many neighbouring tokens make a further token; 1, the default, makes none. */
  ngrams?: number;
}

export type Tokenize = (text: string) => string[];

const tokenizers = { word: wordTokenizer, character: characterTokenizer };

/** What cuts texts into tokens, without their n-grams. */
export function tokenizerOf({ type = 'word', ...options }: TokenizerOptions): Tokenize {
  return tokenizers[type](options);
}

/**
 * Makes each character a token: each code point of Unicode, so that a text gives the same tokens whatever version of
 * Unicode the machine knows. White space is one space, however long; none at the ends.
 */
export function characterTokenizer(options: Pick<WordTokenizerOptions, 'lowercase' | 'stripHtml'>): Tokenize {
  return (text) => {
    const plain = options.stripHtml ? stripTags(text) : text;
    return Array.from((options.lowercase ? plain.toLowerCase() : plain).trim().replace(/\s+/g, ' '));
  };
}

const emoticon = /[:;=]-?[()DP]/g;

/**
 * Cuts texts into words the way that the IMDB exercise in Raschka's "Python Machine Learning" does: tags out,
 * lower case, everything that isn't part of a word is a gap, and the emoticons `:) ;-( =D :P` and their like,
 * without noses, follow the words at the end. So "don't" gives `don` and `t`.
 *
 * It differs in two points. A tag leaves a gap: "a<br/>b" are two words. And combining marks stay with the
 * letter that they follow, so that decomposed accents and Indic vowels don't break words.
 *
 * Takes time in proportion to the text, whatever the text is.
 */
export function wordTokenizer(options: WordTokenizerOptions): Tokenize {
  return (text) => {
    const plain = options.stripHtml ? stripTags(text) : text;
    const tokens = splitWords(options.lowercase ? plain.toLowerCase() : plain);
    if (options.keepEmoticons) {
      // Before lower-casing, which would make :D and :P something else.
      for (const face of plain.match(emoticon) ?? []) tokens.push(face.replace('-', ''));
    }
    return tokens;
  };
}

/** Puts a space for each tag: what `/<[^>]*>/g` finds, without its quadratic search for a missing `>`. */
function stripTags(text: string): string {
  let plain = '';
  let start = 0;
  for (;;) {
    const open = text.indexOf('<', start);
    const close = open < 0 ? -1 : text.indexOf('>', open);
    if (close < 0) return start === 0 ? text : plain + text.slice(start);
    plain += `${text.slice(start, open)} `;
    start = close + 1;
  }
}

const unknown = 0;
const gap = 1;
const wordCharacter = 2;
/** Combining marks: part of a word that has begun, but never the start of one. */
const mark = 3;
type CharacterClass = typeof unknown | typeof gap | typeof wordCharacter | typeof mark;

function classify(character: string): CharacterClass {
  if (/[\p{L}\p{N}_]/u.test(character)) return wordCharacter;
  return /\p{M}/u.test(character) ? mark : gap;
}

/** The class of each UTF-16 unit that was met so far: asking the regular expression each time is slow. */
const classes = new Uint8Array(0x10000);
const firstSurrogate = 0xd800;
const lastSurrogate = 0xdfff;

function splitWords(text: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    let kind = classes[unit]!;
    let width = 1;
    if (kind === unknown) {
      const character = String.fromCodePoint(text.codePointAt(i)!);
      kind = classify(character);
      width = character.length;
      // Half of a surrogate pair says nothing about other pairs with the same half.
      if (unit < firstSurrogate || unit > lastSurrogate) classes[unit] = kind;
    }
    if (kind === wordCharacter) {
      if (start < 0) start = i;
    } else if (kind === gap && start >= 0) {
      words.push(text.slice(start, i));
      start = -1;
    }
    i += width - 1;
  }
  if (start >= 0) words.push(text.slice(start));
  return words;
}
