import { HumanError } from '../protocol/human-error';
import { Growing } from '../store/growing';

/** What `Units` hold, in a form that can be given to another thread. */
export interface PackedUnits {
  /** The words, each with a line break after it, which no word has. */
  readonly words: string;
  /** `[units]`: how often each one came. */
  readonly counts: Int32Array;
  /** `[units]`: of an n-gram the unit that it begins with, of a word -1. */
  readonly beginnings: Int32Array;
  /** `[units]`: of an n-gram the unit of its last word, of a word which of the words it is. */
  readonly lasts: Int32Array;
}

const newInts = (length: number) => new Int32Array(length);

/** Words and n-grams, numbered as they come. An n-gram is known by the numbers of its beginning and its last word. */
export class Units {
  private allCounts = newInts(1024);
  private readonly beginnings = new Growing(newInts);
  private readonly lasts = new Growing(newInts);
  private readonly words: string[] = [];
  private readonly ofWord = new Map<string, number>();
  private readonly ofNgram = new Map<number, number>();

  get size(): number {
    return this.beginnings.length;
  }

  /** `[units]`: how often each one came. */
  get counts(): Int32Array {
    return this.allCounts.subarray(0, this.size);
  }

  /**
   * Counts a text, and adds the numbers of its tokens, then of their n-grams, to `into`.
   *
   * @param longest how many neighbouring tokens make an n-gram at most; 1 makes none
   */
  count(tokens: readonly string[], longest: number, into: Growing<Int32Array>): void {
    const words = into.extend(tokens.length);
    for (let i = 0; i < tokens.length; i++) words[i] = this.word(tokens[i]!, 1);
    let shorter = words;
    for (let n = 2; n <= Math.min(longest, tokens.length); n++) {
      const ngrams = into.extend(shorter.length - 1);
      for (let i = 0; i < ngrams.length; i++) ngrams[i] = this.ngram(shorter[i]!, words[i + n - 1]!, 1);
      shorter = ngrams;
    }
  }

  /** Adds what others counted; the number here of each of their units. */
  merge({ words, counts, beginnings, lasts }: PackedUnits): Int32Array {
    const texts = words.split('\n');
    const here = new Int32Array(counts.length);
    for (let unit = 0; unit < counts.length; unit++) {
      const [beginning, last, count] = [beginnings[unit]!, lasts[unit]!, counts[unit]!];
      // What an n-gram is made of came before it.
      here[unit] =
        beginning < 0 ? this.word(texts[last]!, count) : this.ngram(here[beginning]!, here[last]!, count);
    }
    return here;
  }

  pack(): PackedUnits {
    return {
      words: this.words.map((word) => `${word}\n`).join(''),
      counts: this.allCounts.slice(0, this.size),
      beginnings: this.beginnings.copy(),
      lasts: this.lasts.copy(),
    };
  }

  textOf(unit: number): string {
    const [beginning, last] = [this.beginnings.at(unit), this.lasts.at(unit)];
    return beginning < 0 ? this.words[last]! : `${this.textOf(beginning)} ${this.textOf(last)}`;
  }

  /** The unit of a word, undefined where it never came. */
  unitOf(word: string): number | undefined {
    return this.ofWord.get(word);
  }

  private word(token: string, count: number): number {
    const known = this.ofWord.get(token);
    if (known !== undefined) return this.again(known, count);
    const text = ownString(token);
    const unit = this.add(-1, this.words.length, count);
    this.words.push(text);
    this.ofWord.set(text, unit);
    return unit;
  }

  private ngram(beginning: number, last: number, count: number): number {
    const key = beginning * (mostDifferent + 1) + last;
    const known = this.ofNgram.get(key);
    if (known !== undefined) return this.again(known, count);
    const unit = this.add(beginning, last, count);
    this.ofNgram.set(key, unit);
    return unit;
  }

  private again(unit: number, count: number): number {
    this.allCounts[unit]! += count;
    return unit;
  }

  private add(beginning: number, last: number, count: number): number {
    if (this.size === mostDifferent) throw tooManyDifferent();
    const unit = this.size;
    this.beginnings.push(beginning);
    this.lasts.push(last);
    if (unit === this.allCounts.length) {
      const grown = newInts(2 * unit);
      grown.set(this.allCounts);
      this.allCounts = grown;
    }
    this.allCounts[unit] = count;
    return unit;
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
export function ownString(text: string): string {
  return text.length <= longestCopied ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
