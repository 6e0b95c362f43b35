import { type Tokenize, type WordTokenizerOptions, wordTokenizer } from '../text/tokenize';
import { NgramTrie } from './ngram-trie';

export interface RunOptions extends WordTokenizerOptions {
  /** The shortest and the longest run of words. */
  readonly wordNgrams: readonly [number, number];
  /** The same for characters inside a word; null for none. */
  readonly characterNgrams: readonly [number, number] | null;
}

/** A word that no run has. */
const unknownWord = 0x7fffffff;

/** The token of a character, apart from those of words. */
const characterToken = (character: string) => -1 - character.codePointAt(0)!;

/**
 * Finds the runs of words, and of characters inside words, that a text has. Both are runs of one trie: a word's
 * token is its number, a character's is negative. Words of one letter and characters are never confused.
 */
export class RunFinder {
  readonly tokenize: Tokenize;
  /** Where `find` and `learn` leave the runs of a text, as often as it has them. */
  found = new Int32Array(1024);
  /** How many tokens the text had, and how many of them are words that are not known. */
  tokens = 0;
  unknownTokens = 0;
  private length = 0;
  private readonly numbers: Map<string, number>;
  /** The character runs of each word that was met. */
  private readonly inWords = new Map<string, Int32Array>();

  constructor(
    readonly options: RunOptions,
    readonly words: string[] = [],
    readonly trie = new NgramTrie(),
  ) {
    this.tokenize = wordTokenizer(options);
    this.numbers = new Map(words.map((word, number) => [word, number]));
  }

  /** Leaves the known runs of a text in `found`; returns how many there are. */
  find(text: string): number {
    return this.walk(text, false);
  }

  /** As `find`; what is not known yet becomes so. */
  learn(text: string): number {
    return this.walk(text, true);
  }

  private walk(text: string, learning: boolean): number {
    const { trie, options } = this;
    const [shortest, longest] = options.wordNgrams;
    const tokens = this.tokenize(text);
    this.tokens = tokens.length;
    this.unknownTokens = 0;
    this.length = 0;
    const numbers = tokens.map((word) => this.numberOf(word, learning));
    for (let start = 0; start < numbers.length; start++) {
      const end = Math.min(numbers.length, start + longest);
      let run = 0;
      for (let i = start; i < end; i++) {
        run = learning ? trie.add(run, numbers[i]!) : trie.find(run, numbers[i]!);
        if (run === 0) break;
        if (i - start + 1 >= shortest) this.push(run);
      }
    }
    if (options.characterNgrams) {
      for (const word of tokens) {
        for (const run of this.runsIn(word, options.characterNgrams, learning)) this.push(run);
      }
    }
    return this.length;
  }

  private numberOf(word: string, learning: boolean): number {
    const known = this.numbers.get(word);
    if (known !== undefined) return known;
    this.unknownTokens++;
    if (!learning) return unknownWord;
    const number = this.words.length;
    this.words.push(word);
    this.numbers.set(word, number);
    return number;
  }

  private runsIn(word: string, lengths: readonly [number, number], learning: boolean): Int32Array {
    const known = this.inWords.get(word);
    if (known) return known;
    const { trie } = this;
    const runs: number[] = [];
    for (const characters of characterRuns(word, lengths)) {
      let run = 0;
      for (const character of characters) {
        const token = characterToken(character);
        run = learning ? trie.add(run, token) : trie.find(run, token);
        if (run === 0) break;
      }
      if (run !== 0) runs.push(run);
    }
    const result = Int32Array.from(runs);
    // Words of texts that are classified come without end.
    if (learning || this.numbers.has(word)) this.inWords.set(word, result);
    return result;
  }

  private push(run: number): void {
    if (this.length === this.found.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.found);
      this.found = larger;
    }
    this.found[this.length++] = run;
  }
}

/**
 * The runs of characters (code points) of a word with a space at each end: what scikit-learn's analyzer `char_wb`
 * gives. A word that is shorter than a run is one itself, counted once.
 */
export function characterRuns(word: string, [shortest, longest]: readonly [number, number]): string[][] {
  const characters = [' ', ...word, ' '];
  const runs: string[][] = [];
  for (let length = shortest; length <= longest; length++) {
    if (characters.length <= length) return [...runs, characters];
    for (let start = 0; start + length <= characters.length; start++) {
      runs.push(characters.slice(start, start + length));
    }
  }
  return runs;
}
