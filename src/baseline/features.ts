/**
 * Texts as rows of weighted counts of their runs of words and characters. A feature's number is that of its run in the
 * trie: number 0 is never one, so that it can pad.
 */
import { NgramTrie } from './ngram-trie';
import { RunFinder, type RunOptions } from './runs';
import { type SparseMatrix, SparseRows } from './sparse';

export interface FeatureOptions extends RunOptions {
  /**
   * What an entry is: with `tfidf` the count times the run's inverse document frequency, rows scaled to length 1; with
   * `naiveBayes` 1, however often a text has the run, as Wang and Manning (2012) found best.
   */
  readonly weighting: 'tfidf' | 'naiveBayes';
  /** Whether tf-idf takes 1 + ln(count) for a count. */
  readonly sublinear: boolean;
}

export interface FeatureLimits {
  /** A run must be in so many texts. */
  readonly minDocumentFrequency: number;
  /** How many of the most frequent runs are kept, of equally frequent ones those met first; 0 keeps all. */
  readonly maxFeatures: number;
}

/** What turns texts into rows of features, once it was fitted. */
export class Features {
  /** How many runs count. */
  readonly size: number;
  private readonly finder: RunFinder;

  /**
   * @param scale `[runs + 1]`: what the count of each run is multiplied by; 0 for runs that are only the beginnings of
   *   others
   */
  constructor(
    readonly options: FeatureOptions,
    readonly words: string[],
    readonly trie: NgramTrie,
    readonly scale: Float32Array,
  ) {
    this.finder = new RunFinder(options, words, trie);
    this.size = scale.reduce((count, factor) => count + (factor > 0 ? 1 : 0), 0);
  }

  /** The rows' columns. */
  get columns(): number {
    return this.trie.size + 1;
  }

  /** A row for each text that is added. */
  rows(): FeatureRows {
    return new FeatureRows(this, this.finder);
  }
}

/** Collects the rows of texts. */
export class FeatureRows {
  /** Over all texts. */
  tokens = 0;
  unknownTokens = 0;
  private readonly counts = new SparseRows();

  constructor(
    private readonly features: Features,
    private readonly finder: RunFinder,
  ) {}

  add(text: string): void {
    const { finder } = this;
    const length = finder.find(text);
    this.counts.addCounts(finder.found, length);
    this.tokens += finder.tokens;
    this.unknownTokens += finder.unknownTokens;
  }

  matrix(): SparseMatrix {
    const { columns, options, scale } = this.features;
    return weighted(this.counts.matrix(columns), options, scale);
  }
}

/** Learns the features of training texts, added one by one. */
export class FeatureCounter {
  /** The tokens of each text. */
  readonly lengths: number[] = [];
  private readonly finder: RunFinder;
  private readonly counts = new SparseRows(1 << 16);

  constructor(private readonly options: FeatureOptions) {
    this.finder = new RunFinder(options);
  }

  add(text: string): void {
    const { finder } = this;
    // In this order: `learn` may put a larger array in place.
    const length = finder.learn(text);
    this.counts.addCounts(finder.found, length);
    this.lengths.push(finder.tokens);
  }

  /** The features, the training texts' rows of them, and how many runs there were before any was left out. */
  finish(limits: FeatureLimits): { features: Features; matrix: SparseMatrix; seen: number } {
    const { options, finder } = this;
    const counts = this.counts.matrix(finder.trie.size + 1);
    const { frequencies, documents } = frequenciesOf(counts);
    const isFeature = chooseFeatures(frequencies, documents, limits);
    const { words, trie, numbers } = withoutTheRest(finder, isFeature, documents);
    const scale = new Float32Array(trie.size + 1);
    for (let run = 1; run < isFeature.length; run++) {
      if (isFeature[run]) scale[numbers[run]!] = scaleOf(options, documents[run]!, counts.rows);
    }
    const features = new Features(options, words, trie, scale);
    const kept = { ...counts, columns: trie.size + 1, indices: counts.indices.map((run) => numbers[run]!) };
    return {
      features,
      matrix: weighted(kept, options, scale),
      seen: documents.reduce((count, frequency) => count + (frequency > 0 ? 1 : 0), 0),
    };
  }
}

/** scikit-learn's smoothed inverse document frequency: as if one more text had every run. */
function scaleOf({ weighting }: FeatureOptions, documents: number, rows: number): number {
  return weighting === 'tfidf' ? Math.log((1 + rows) / (1 + documents)) + 1 : 1;
}

/** How often each run occurs, and in how many texts. */
function frequenciesOf({ columns, indices, values }: SparseMatrix) {
  const frequencies = new Float64Array(columns);
  const documents = new Int32Array(columns);
  for (let entry = 0; entry < indices.length; entry++) {
    frequencies[indices[entry]!]! += values[entry]!;
    documents[indices[entry]!]!++;
  }
  return { frequencies, documents };
}

/** 1 for each run that is kept. */
function chooseFeatures(
  frequencies: Float64Array,
  documents: Int32Array,
  { minDocumentFrequency, maxFeatures }: FeatureLimits,
): Uint8Array {
  const chosen = Uint8Array.from(documents, (frequency) => (frequency >= minDocumentFrequency ? 1 : 0));
  const candidates = Int32Array.from(chosen.keys()).filter((run) => chosen[run] === 1);
  if (maxFeatures === 0 || candidates.length <= maxFeatures) return chosen;
  candidates.sort((a, b) => frequencies[b]! - frequencies[a]! || a - b);
  for (const run of candidates.subarray(maxFeatures)) chosen[run] = 0;
  return chosen;
}

/**
 * The trie and the words of the chosen runs alone. Runs that others begin with stay; those that are left out get the
 * number 0. The others are numbered from those in most texts to those in fewest, so that what is often looked up lies
 * close together.
 */
function withoutTheRest({ trie, words }: RunFinder, chosen: Uint8Array, documents: Int32Array) {
  const ranks = documents.map((frequency, run) => (chosen[run] ? frequency : 0));
  // At least that of the runs that begin with it, so that a beginning comes first.
  for (let run = trie.size; run > 0; run--) {
    const parent = trie.parentOf(run);
    if (ranks[run]! > ranks[parent]!) ranks[parent] = ranks[run]!;
  }
  ranks[0] = 0;
  const order = fallingOrder(ranks);
  const numbers = new Int32Array(trie.size + 1);
  const wordNumbers = new Int32Array(words.length).fill(-1);
  const keptWords: string[] = [];
  const kept = new NgramTrie(order.length);
  for (const run of order) {
    let token = trie.tokenOf(run);
    if (token >= 0) {
      if (wordNumbers[token] === -1) wordNumbers[token] = keptWords.push(words[token]!) - 1;
      token = wordNumbers[token]!;
    }
    numbers[run] = kept.add(numbers[trie.parentOf(run)]!, token);
  }
  return { words: keptWords, trie: kept, numbers };
}

/** The indices of the numbers above 0 from the largest number to the smallest, equal ones as they come: counting sort. */
function fallingOrder(ranks: Int32Array): Int32Array {
  const places = new Int32Array(ranks.reduce((largest, rank) => Math.max(largest, rank), 0) + 1);
  for (const rank of ranks) places[rank]!++;
  let total = 0;
  for (let rank = places.length - 1; rank > 0; rank--) {
    const count = places[rank]!;
    places[rank] = total;
    total += count;
  }
  const order = new Int32Array(total);
  for (let i = 0; i < ranks.length; i++) if (ranks[i]! > 0) order[places[ranks[i]!]!++] = i;
  return order;
}

/** Counts become numbers; entries of runs that don't count are left out. Overwrites the counts. */
function weighted(
  { rows, columns, starts, indices, values }: SparseMatrix,
  { weighting, sublinear }: FeatureOptions,
  scale: Float32Array,
): SparseMatrix {
  const newStarts = new Int32Array(rows + 1);
  let [end, entry] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const start = end;
    let squares = 0;
    for (; entry < starts[row + 1]!; entry++) {
      const column = indices[entry]!;
      const factor = scale[column]!;
      if (factor === 0) continue;
      const count = values[entry]!;
      const value = weighting === 'naiveBayes' ? 1 : factor * (sublinear ? 1 + Math.log(count) : count);
      squares += value * value;
      indices[end] = column;
      values[end++] = value;
    }
    if (weighting === 'tfidf' && squares > 0) {
      const norm = Math.sqrt(squares);
      for (let i = start; i < end; i++) values[i]! /= norm;
    }
    newStarts[row + 1] = end;
  }
  return { rows, columns, starts: newStarts, indices: indices.slice(0, end), values: values.slice(0, end) };
}
