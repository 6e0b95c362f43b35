import type { ClassWords } from '../protocol/inspection';
import { ownString } from '../text/units';

/** Words that are listed of each class. */
const listedWords = 15;
/** A z-score beyond it comes by chance in one of forty words. */
const significant = 1.96;
/** What is longer is no word but an address, or something encoded. */
const longestWord = 40;
/** So many words are counted at once, of few classes; the rarest are given up beyond it. */
const mostWords = 1 << 18;
/** Numbers that the counts of all words and classes may take. */
const mostCounts = 1 << 26;
/** Where there is room for fewer, so many classes that hardly any has rows to tell it by, no word is counted. */
const fewestWords = 1 << 12;

/** In how many rows of each class each word is. */
export class WordCounts {
  readonly #ids = new Map<string, number>();
  readonly #limit: number;
  /** `[words, classes + 1]`: the last column counts all rows. */
  #counts: Uint32Array;
  /** The last row that each word was counted in. */
  #last: Uint32Array;
  readonly #width: number;
  #rows = 0;

  constructor(
    private readonly classes: number,
    limit = mostWords,
  ) {
    this.#width = classes + 1;
    const room = Math.floor(mostCounts / this.#width);
    this.#limit = room < fewestWords ? 0 : Math.min(limit, room);
    const start = Math.min(this.#limit, 1024);
    this.#counts = new Uint32Array(start * this.#width);
    this.#last = new Uint32Array(start);
  }

  /** Counts the different words of a row. */
  add(words: readonly string[], labelIndices: readonly number[]): void {
    if (this.#limit === 0) return;
    const row = ++this.#rows;
    for (const word of words) {
      if (word.length > longestWord) continue;
      const id = this.#idOf(word);
      if (this.#last[id] === row) continue;
      this.#last[id] = row;
      const start = id * this.#width;
      this.#counts[start + this.classes]!++;
      for (const label of labelIndices) this.#counts[start + label]!++;
    }
  }

  /**
   * The words that tell each class from the other rows, by `logOdds`. Each row counts a word once, so that one text that
   * says it again and again makes it no word of its class.
   */
  report(labels: readonly string[]): ClassWords[] {
    const [classes, width] = [this.classes, this.#width];
    const totals = new Float64Array(width);
    const size = this.#ids.size;
    for (let at = 0; at < size * width; at++) totals[at % width]! += this.#counts[at]!;
    const all = totals[classes]!;
    return labels.map((label, c) => {
      const words: ClassWords['words'] = [];
      for (const [word, id] of this.#ids) {
        const rows = this.#counts[id * width + c]!;
        if (rows === 0) continue;
        const ofAll = this.#counts[id * width + classes]!;
        const score = logOdds(
          { count: rows, total: totals[c]! },
          { count: ofAll - rows, total: all - totals[c]! },
          { count: ofAll, total: all },
        );
        if (score > significant) words.push({ word, score, rows });
      }
      words.sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1));
      return { label, words: words.slice(0, listedWords) };
    });
  }

  #idOf(word: string): number {
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    if (this.#ids.size === this.#limit) this.#forgetRare();
    const id = this.#ids.size;
    if (id === this.#last.length) this.#grow();
    this.#ids.set(ownString(word), id);
    return id;
  }

  #grow(): void {
    const length = Math.min(this.#limit, this.#last.length * 2);
    const counts = new Uint32Array(length * this.#width);
    counts.set(this.#counts);
    const last = new Uint32Array(length);
    last.set(this.#last);
    this.#counts = counts;
    this.#last = last;
  }

  /** Makes room: at least half of the words go, the rarest ones, which tell nothing yet. */
  #forgetRare(): void {
    const rowsOf = (id: number) => this.#counts[id * this.#width + this.classes]!;
    const sorted = Uint32Array.from(this.#ids.values(), rowsOf).sort();
    const least = sorted[sorted.length >>> 1]! + 1;
    const kept = [...this.#ids].filter(([, id]) => rowsOf(id) >= least);
    this.#ids.clear();
    // Words stand in the order of their numbers, so that none is written over before it has moved.
    kept.forEach(([word, old], id) => {
      this.#counts.copyWithin(id * this.#width, old * this.#width, (old + 1) * this.#width);
      this.#last[id] = this.#last[old]!;
      this.#ids.set(word, id);
    });
    this.#counts.fill(0, kept.length * this.#width);
    this.#last.fill(0, kept.length);
  }
}

/** How often a word was counted, and all words together. */
export interface WordCount {
  count: number;
  total: number;
}

/**
 * The z-score of a word's log-odds ratio between two corpora with an informative Dirichlet prior: Monroe, Colaresi and
 * Quinn, "Fightin' Words", Political Analysis 16(4), 2008, equations 16, 20 and 22. Positive where the word is more of `ours`.
 *
 * @param prior the counts of a background corpus, taken as they are
 */
export function logOdds(ours: WordCount, theirs: WordCount, prior: WordCount): number {
  const odds = ({ count, total }: WordCount) =>
    Math.log(count + prior.count) - Math.log(total + prior.total - count - prior.count);
  const variance = 1 / (ours.count + prior.count) + 1 / (theirs.count + prior.count);
  return (odds(ours) - odds(theirs)) / Math.sqrt(variance);
}
