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
  let isStarted = false;
  let isGap = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (isSpace(unit)) {
      isGap = isStarted;
      continue;
    }
    if (isGap) {
      a = Math.imul(a ^ space, 0xcc9e2d51);
      b = Math.imul(b ^ space, 0x1b873593);
      isGap = false;
    }
    isStarted = true;
    a = Math.imul(a ^ unit, 0xcc9e2d51);
    a ^= a >>> 15;
    b = Math.imul(b ^ unit, 0x1b873593);
    b ^= b >>> 13;
  }
  return (mixed(a) >>> 11) * 2 ** 32 + (mixed(b) >>> 0);
}

const space = 0x20;

/** What `\s` of regular expressions is. */
function isSpace(unit: number): boolean {
  if (unit <= space) return unit === space || (unit >= 9 && unit <= 13);
  if (unit < 0xa0) return false;
  return unit === 0xa0 || unit === 0xfeff || (unit >= 0x1680 && wideSpaces.includes(unit));
}

const wideSpaces = [
  ...[0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a],
  ...[0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
];

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
