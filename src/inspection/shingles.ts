/** Neighbouring words that make a shingle. */
const size = 3;
/** Texts with fewer words are alike by chance: "thank you very much". */
const fewestWords = 6;

/**
 * The different runs of three words of a text as numbers of 32 bits (Broder, "On the resemblance and containment of
 * documents", 1997), rising. Scripts that put no space between words have their characters for words. Undefined
 * for a text that is too short to be told from others by them.
 *
 * @param words in lower case
 */
export function shinglesOf(words: readonly string[]): Uint32Array | undefined {
  const hashes: number[] = [];
  for (const word of words) {
    if (hasNoSpaces(word.charCodeAt(0))) for (const character of word) hashes.push(hashOf(character));
    else hashes.push(hashOf(word));
  }
  if (hashes.length < fewestWords) return undefined;
  const shingles = new Uint32Array(hashes.length - size + 1);
  for (let i = 0; i < shingles.length; i++) {
    shingles[i] = mixed(
      Math.imul(hashes[i]!, 0x9e3779b1) ^ Math.imul(hashes[i + 1]!, 0x85ebca6b) ^ hashes[i + 2]!,
    );
  }
  shingles.sort();
  let count = 1;
  for (let i = 1; i < shingles.length; i++) {
    if (shingles[i] !== shingles[i - 1]) shingles[count++] = shingles[i]!;
  }
  return shingles.subarray(0, count);
}

/** How much two rising lists without repetitions have in common: the share of all that is in either. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let [i, j, both] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    if (a[i]! < b[j]!) i++;
    else if (a[i]! > b[j]!) j++;
    else {
      both++;
      i++;
      j++;
    }
  }
  return both / (a.length + b.length - both);
}

/** Thai to Khmer, and Chinese and Japanese. */
function hasNoSpaces(unit: number): boolean {
  if (unit < 0x0e00) return false;
  return unit <= 0x0eff || (unit >= 0x1780 && unit <= 0x17ff) || (unit >= 0x3040 && unit <= 0x9fff);
}

/** FNV-1a over UTF-16 units. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return mixed(hash);
}

/** MurmurHash3's finalizer. */
function mixed(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
