type TypedArray = Int32Array | Uint32Array | Float64Array;

/** An array of numbers that grows at its end, and takes no more than its numbers do. */
export class Growing<A extends TypedArray> {
  length = 0;
  private numbers: A;

  constructor(private readonly make: (length: number) => A) {
    this.numbers = make(256);
  }

  push(value: number): void {
    this.reserve(1);
    this.numbers[this.length++] = value;
  }

  append(values: ArrayLike<number>): void {
    this.reserve(values.length);
    this.numbers.set(values, this.length);
    this.length += values.length;
  }

  /** Adds so many numbers, which are to be set in what it returns before any others are added. */
  extend(count: number): A {
    this.reserve(count);
    this.length += count;
    return this.numbers.subarray(this.length - count, this.length) as A;
  }

  at(index: number): number {
    return this.numbers[index]!;
  }

  /** The numbers so far, in place: valid until more are added. */
  view(): A {
    return this.numbers.subarray(0, this.length) as A;
  }

  /** A copy of the numbers so far. */
  copy(): A {
    return this.numbers.slice(0, this.length) as A;
  }

  clear(): void {
    this.length = 0;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.numbers.length) return;
    const grown = this.make(Math.max(this.length + count, Math.ceil(1.5 * this.numbers.length)));
    grown.set(this.numbers.subarray(0, this.length));
    this.numbers = grown;
  }
}

/** The same numbers in memory that threads share. */
export function shared(numbers: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(numbers.byteLength));
  copy.set(numbers);
  return copy;
}
