/**
 * A number that the same texts share and, but for a chance of one in 2^53, different ones do not. Texts are the same
 * where they differ in white space at most: in how much there is between words, and at the ends.
 *
 * Two hashes of UTF-16 units in the manner of FNV-1a, mixed at the end as MurmurHash3 does; 53 bits of them are kept. The
 * text is not copied.
 */
export function textKey(text: string): number {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  let gap = 0;
  let afterGap = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit <= 0x20 || unit >= 0xa0) && isSpace(unit)) {
      gap = afterGap;
      continue;
    }
    // One more bit tells that there was white space before it.
    const value = unit | gap;
    gap = 0;
    afterGap = 0x10000;
    a = Math.imul(a ^ value, 0xcc9e2d51);
    b = Math.imul((b ^ value) + (b >>> 15), 0x1b873593);
  }
  return (mixed(a) >>> 11) * 2 ** 32 + (mixed(b) >>> 0);
}

/** What `\s` of regular expressions is. */
function isSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 9 && unit <= 13);
  if (unit === 0xa0 || unit === 0xfeff || unit === 0x1680 || unit === 0x3000) return true;
  if (unit < 0x2000 || unit > 0x205f) return false;
  return unit <= 0x200a || unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f;
}

function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** V8's maps hold no more than 2^24 entries: so many of them hold more rows than fit into memory. */
const shards = 64;

/** Numbers rows as they come, and says which of the earlier ones has the same text. */
export class SameTexts {
  readonly #first = Array.from({ length: shards }, () => new Map<number, number>());
  /** Of each row that has an earlier copy the number of the first one, in the order of the rows. */
  readonly #copies = new Map<number, number>();
  #rows = 0;

  /**
   * The number of the first row with a text: the row's own where there is none before it.
   *
   * @param key of the text, see `textKey`
   */
  add(key: number): number {
    const row = this.#rows++;
    const shard = this.#first[key % shards]!;
    const first = shard.get(key);
    if (first === undefined) {
      shard.set(key, row);
      return row;
    }
    this.#copies.set(row, first);
    return first;
  }

  /** The rows of each text that came more than once, rising; in the order of their first rows. */
  groups(): number[][] {
    const groups = new Map<number, number[]>();
    for (const [row, first] of this.#copies) {
      const group = groups.get(first);
      if (group) group.push(row);
      else groups.set(first, [first, row]);
    }
    return [...groups.values()].sort(([a], [b]) => a! - b!);
  }
}
