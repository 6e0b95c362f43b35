/** A seeded source of numbers that are random enough for training; not for secrets. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-53. */
  next(): number;
  /** Uniform among 0, 1, …, n - 1. */
  integer(n: number): number;
  /** From the normal distribution of mean 0 and standard deviation 1. */
  normal(): number;
  /** Puts the array into random order, in place: Fisher and Yates's shuffle. */
  shuffle(array: { length: number; [index: number]: unknown }): void;
  /** All that the next numbers depend on, to be kept in a checkpoint. */
  state(): number[];
  /** Goes on from a state that `state` gave. */
  restore(state: readonly number[]): void;
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its four
 * words of state filled by SplitMix64 from the seed, as its authors advise.
 *
 * @param seed a safe integer
 */
export function createRandom(seed: number): Random {
  let [a, b, c, d] = splitMix(seed);

  /** 32 random bits. */
  const bits = () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const next = () => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
  const integer = (n: number) => Math.floor(next() * n);

  return {
    next,
    integer,
    // Box and Muller. Its second number is not kept, so that the state is the four words alone.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(array) {
      for (let i = array.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const value = array[i];
        array[i] = array[j];
        array[j] = value;
      }
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
    restore(state) {
      const isValid =
        state.length === 4 && state.every((word) => Number.isInteger(word) && word >>> 0 === word);
      if (!isValid || state.every((word) => word === 0)) {
        throw new Error(`not a state of the random generator: ${JSON.stringify(state)}`);
      }
      [a, b, c, d] = state as [number, number, number, number];
    },
  };
}

/** The first two outputs of SplitMix64 as four words, low halves first. */
function splitMix(seed: number): [number, number, number, number] {
  if (!Number.isSafeInteger(seed)) throw new Error(`a seed must be an integer, not ${seed}`);
  let state = BigInt(seed);
  const words: number[] = [];
  for (let i = 0; i < 2; i++) {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    z ^= z >> 31n;
    words.push(Number(z & 0xffffffffn), Number(z >> 32n));
  }
  return words as [number, number, number, number];
}
