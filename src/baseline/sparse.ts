/** Rows that are mostly zeros, in compressed sparse row form: `[rows, columns]`. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row i has the entries from `starts[i]` to before `starts[i + 1]`. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** `matrix [rows, columns] x vector [columns]`, into `result [rows]`. */
export function times(
  { rows, starts, indices, values }: SparseMatrix,
  vector: Float64Array,
  result: Float64Array,
): void {
  let entry = 0;
  for (let row = 0; row < rows; row++) {
    const end = starts[row + 1]!;
    let sum = 0;
    for (; entry < end; entry++) sum += values[entry]! * vector[indices[entry]!]!;
    result[row] = sum;
  }
}

/** `vector [rows] x matrix [rows, columns]`, into `result [columns]`. */
export function transposedTimes(
  { rows, starts, indices, values }: SparseMatrix,
  vector: Float64Array,
  result: Float64Array,
): void {
  result.fill(0);
  let entry = 0;
  for (let row = 0; row < rows; row++) {
    const end = starts[row + 1]!;
    const factor = vector[row]!;
    for (; entry < end; entry++) result[indices[entry]!]! += values[entry]! * factor;
  }
}

/** Collects the rows of a sparse matrix, one after the other. */
export class SparseRows {
  private readonly starts: number[] = [0];
  private indices: Int32Array;
  private values: Float32Array;
  private length = 0;
  /** Where each column's entry of the row at hand would be. */
  private places = new Int32Array(1024);

  constructor(capacity = 1024) {
    this.indices = new Int32Array(capacity);
    this.values = new Float32Array(capacity);
  }

  /** Adds a row that counts how often each column is among the first `length` of `columns`, in their order. */
  addCounts(columns: Int32Array, length: number): void {
    this.reserve(this.length + length);
    const { indices, values } = this;
    const start = this.length;
    let end = start;
    for (let i = 0; i < length; i++) {
      const column = columns[i]!;
      if (column >= this.places.length) this.places = grown(this.places, column + 1);
      const place = this.places[column]!;
      if (place >= start && place < end && indices[place] === column) {
        values[place]!++;
      } else {
        this.places[column] = end;
        indices[end] = column;
        values[end++] = 1;
      }
    }
    this.length = end;
    this.starts.push(end);
  }

  matrix(columns: number): SparseMatrix {
    return {
      rows: this.starts.length - 1,
      columns,
      starts: Int32Array.from(this.starts),
      indices: this.indices.subarray(0, this.length),
      values: this.values.subarray(0, this.length),
    };
  }

  private reserve(length: number): void {
    if (length <= this.indices.length) return;
    this.indices = grown(this.indices, length);
    this.values = grown(this.values, length);
  }
}

function grown<Numbers extends Int32Array | Float32Array>(numbers: Numbers, length: number): Numbers {
  const larger = new (numbers.constructor as new (length: number) => Numbers)(
    Math.max(length, Math.ceil(1.5 * numbers.length)),
  );
  larger.set(numbers);
  return larger;
}
