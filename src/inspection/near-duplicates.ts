import { createRandom } from '../data/random';
import { Growing } from '../store/growing';
import { jaccard } from './shingles';

/** Texts that have so large a share of their shingles in common are nearly the same. */
export const alike = 0.9;

/**
 * Of a pair that is just as alike as that, 0.9^5 = 59 % of the bands agree, so that all 8 miss it in one case of a thousand;
 * of one that is half alike, 3 %.
 */
const bands = 8;
const bandSize = 5;
const size = bands * bandSize;
/** An estimate by 40 hashes lies three standard deviations off at most. */
const leastAgreeing = Math.floor(size * 0.75);
/** Texts of one band that a row is compared with: where thousands follow one template, not with each of them. */
const mostCompared = 16;
/** Of these, so many are looked at shingle by shingle. */
const mostVerified = 8;
/** Texts whose shingles are at hand for the next comparison, and how many shingles these have: 16 MB. */
const mostRemembered = 512;
const mostShingles = 1 << 22;

/**
 * Finds texts that are nearly the same: MinHash (Broder, 1997) with locality-sensitive hashing finds candidates, and
 * their shingles decide. A text joins the first group whose first text it is like, or begins one; only such first ones are
 * compared with, so that the work grows with the rows, whatever they are. The same rows give the same groups.
 */
export class NearDuplicates {
  /** Of each band, the last first text with these hashes. */
  readonly #buckets = Array.from({ length: bands }, () => new Map<number, number>());
  /** `[texts, bands]`: the first text before with the same hashes, or -1. */
  readonly #earlier = new Growing((length) => new Int32Array(length));
  /** `[texts, size]` */
  readonly #signatures = new Growing((length) => new Uint32Array(length));
  /** `[texts]` */
  readonly #rows = new Growing((length) => new Uint32Array(length));
  readonly #remembered = new Map<number, Uint32Array>();
  #rememberedShingles = 0;
  /** By the row of the first text. */
  readonly #groups = new Map<number, number[]>();

  /** @param shinglesOfRow reads an earlier row once more */
  constructor(private readonly shinglesOfRow: (row: number) => Uint32Array) {}

  /** The row that begins the group of a text, perhaps the row itself. */
  add(row: number, shingles: Uint32Array): number {
    const signature = minHashes(shingles);
    const keys = Array.from({ length: bands }, (_, band) => bandKey(signature, band));
    const found = this.#find(signature, keys, shingles);
    if (found === undefined) {
      this.#begin(row, signature, keys);
      this.#remember(row, shingles);
      return row;
    }
    const group = this.#groups.get(found);
    if (group) group.push(row);
    else this.#groups.set(found, [found, row]);
    return found;
  }

  /** Rows that are nearly the same as the first of them, rising; in the order of their first rows. */
  groups(): number[][] {
    return [...this.#groups.values()].sort(([a], [b]) => a! - b!);
  }

  #find(signature: Uint32Array, keys: readonly number[], shingles: Uint32Array): number | undefined {
    const compared = new Set<number>();
    let verified = 0;
    let best: number | undefined;
    for (let band = 0; band < bands; band++) {
      let candidate = this.#buckets[band]!.get(keys[band]!) ?? -1;
      for (let step = 0; candidate >= 0 && step < mostCompared; step++) {
        if (!compared.has(candidate) && verified < mostVerified) {
          compared.add(candidate);
          if (this.#seemsAlike(candidate, signature)) {
            verified++;
            const row = this.#rows.at(candidate);
            if (jaccard(this.#shinglesOf(row), shingles) >= alike) best = Math.min(best ?? row, row);
          }
        }
        candidate = this.#earlier.at(candidate * bands + band);
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }

  #seemsAlike(candidate: number, signature: Uint32Array): boolean {
    let agreeing = 0;
    const start = candidate * size;
    for (let i = 0; i < size; i++) if (this.#signatures.at(start + i) === signature[i]) agreeing++;
    return agreeing >= leastAgreeing;
  }

  #shinglesOf(row: number): Uint32Array {
    const shingles = this.#remembered.get(row) ?? this.shinglesOfRow(row);
    this.#remember(row, shingles);
    return shingles;
  }

  #begin(row: number, signature: Uint32Array, keys: readonly number[]): void {
    const text = this.#rows.length;
    this.#rows.push(row);
    this.#signatures.append(signature);
    keys.forEach((key, band) => {
      const bucket = this.#buckets[band]!;
      this.#earlier.push(bucket.get(key) ?? -1);
      bucket.set(key, text);
    });
  }

  /** The least recently used ones go. */
  #remember(row: number, shingles: Uint32Array): void {
    this.#forget(row);
    this.#remembered.set(row, shingles);
    this.#rememberedShingles += shingles.length;
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= mostRemembered && this.#rememberedShingles <= mostShingles) return;
      this.#forget(oldest);
    }
  }

  #forget(row: number): void {
    this.#rememberedShingles -= this.#remembered.get(row)?.length ?? 0;
    this.#remembered.delete(row);
  }
}

const random = createRandom(1);
const bits = () => random.integer(2 ** 32) | 0;
const factors = Int32Array.from({ length: size }, () => bits() | 1);
const offsets = Int32Array.from({ length: size }, bits);

/** The least of all shingles under each of the hash functions. */
function minHashes(shingles: Uint32Array): Uint32Array {
  const least = new Uint32Array(size);
  for (let k = 0; k < size; k++) {
    const factor = factors[k]!;
    const offset = offsets[k]!;
    let min = 0xffffffff;
    for (let i = 0; i < shingles.length; i++) {
      let hash = Math.imul(shingles[i]! ^ offset, factor);
      hash = (hash ^ (hash >>> 15)) >>> 0;
      if (hash < min) min = hash;
    }
    least[k] = min;
  }
  return least;
}

function bandKey(signature: Uint32Array, band: number): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = band * bandSize; i < (band + 1) * bandSize; i++) {
    low = Math.imul(low ^ signature[i]!, 0x01000193);
    high = Math.imul(high ^ (signature[i]! >>> 7), 0x85ebca6b);
    low ^= low >>> 15;
  }
  return ((high >>> 11) & 0xfffff) * 2 ** 32 + (low >>> 0);
}
