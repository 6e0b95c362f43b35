/** Runs of neighbouring tokens, numbered: each run is its beginning, another run, and one more token. */
export class NgramTrie {
  /** How many runs there are, the empty one (number 0) not counted. */
  size = 0;
  private parents: Int32Array;
  private tokens: Int32Array;
  /** Open addressing with linear probing: the runs' numbers, 0 where a slot is free. */
  private slots: Int32Array;
  private mask: number;

  constructor(capacity = 1024) {
    this.parents = new Int32Array(capacity + 1);
    this.tokens = new Int32Array(capacity + 1);
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * (capacity + 1))));
    this.mask = this.slots.length - 1;
  }

  /**
   * Restores the runs 1, 2, … from what each is made of.
   *
   * @throws RangeError where a run begins with one that comes after it, or stands twice
   */
  static from(parents: Int32Array, tokens: Int32Array): NgramTrie {
    const trie = new NgramTrie(parents.length);
    for (let i = 0; i < parents.length; i++) {
      const parent = parents[i]!;
      if (parent < 0 || parent > i || trie.add(parent, tokens[i]!) !== i + 1) {
        throw new RangeError(`run ${i + 1} of ${parents.length} is broken`);
      }
    }
    return trie;
  }

  /** The number of the run `parent` followed by `token`; 0 where it is not known. */
  find(parent: number, token: number): number {
    const { parents, tokens, slots, mask } = this;
    let slot = hash(parent, token) & mask;
    for (;;) {
      const run = slots[slot]!;
      if (run === 0 || (tokens[run] === token && parents[run] === parent)) return run;
      slot = (slot + 1) & mask;
    }
  }

  /** As `find`, and makes the run known; a new one gets the next number. */
  add(parent: number, token: number): number {
    const { parents, tokens, slots, mask } = this;
    let slot = hash(parent, token) & mask;
    for (;;) {
      const run = slots[slot]!;
      if (run === 0) break;
      if (tokens[run] === token && parents[run] === parent) return run;
      slot = (slot + 1) & mask;
    }
    const run = this.size + 1;
    if (run === parents.length) {
      this.grow();
      return this.add(parent, token);
    }
    this.size = run;
    parents[run] = parent;
    tokens[run] = token;
    slots[slot] = run;
    return run;
  }

  parentOf(run: number): number {
    return this.parents[run]!;
  }

  tokenOf(run: number): number {
    return this.tokens[run]!;
  }

  /** What `from` restores the runs from. */
  parts(): { parents: Int32Array; tokens: Int32Array } {
    const end = this.size + 1;
    return { parents: this.parents.slice(1, end), tokens: this.tokens.slice(1, end) };
  }

  private grow(): void {
    const larger = new NgramTrie(2 * this.size);
    for (let run = 1; run <= this.size; run++) larger.add(this.parents[run]!, this.tokens[run]!);
    this.parents = larger.parents;
    this.tokens = larger.tokens;
    this.slots = larger.slots;
    this.mask = larger.mask;
  }
}

/** Mixes both numbers into all 32 bits: the finalizer of MurmurHash3. */
function hash(parent: number, token: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(token, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
