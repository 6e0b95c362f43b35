import type { SafetensorsFile } from '../runs/safetensors-reader';

type Entry = Parameters<SafetensorsFile['read']>[0];

/** Numbers are converted so many bytes at a time: a part of the file, never a second copy of a tensor. */
const BLOCK_BYTES = 2 ** 20;

/** So many rows are written side by side when a matrix is turned: two lines of the processor's cache. */
const TILE = 32;

/** Every 16-bit float's value, made when the first is read: to calculate each anew takes ten times as long. */
let halfTable: Float32Array | undefined;

interface FloatType {
  readonly bytes: number;
  /** Converts as many numbers as `to` holds. */
  decode(from: ArrayBuffer, to: Float32Array): void;
}

/** The types of a checkpoint's weights, all read as 32-bit floats. */
export const floatTypes: Readonly<Record<string, FloatType>> = {
  F32: { bytes: 4, decode: (from, to) => to.set(new Float32Array(from, 0, to.length)) },
  F16: {
    bytes: 2,
    decode: (from, to) => {
      const halves = new Uint16Array(from);
      halfTable ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => halfToFloat(half));
      for (let i = 0; i < to.length; i++) to[i] = halfTable[halves[i]!]!;
    },
  },
  // The upper half of a 32-bit float.
  BF16: {
    bytes: 2,
    decode: (from, to) => {
      const halves = new Uint16Array(from);
      const bits = new Uint32Array(to.buffer, to.byteOffset, to.length);
      for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16;
    },
  },
};

/** IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * Reads a tensor of any of these types as 32-bit floats.
 *
 * @param transposed whether a matrix `[rows, columns]` of the file is wanted as `[columns, rows]`
 */
export function readFloats(
  file: SafetensorsFile,
  entry: Entry,
  into: Float32Array,
  transposed: boolean,
): void {
  const { dtype, shape } = entry;
  if (dtype === 'F32' && !transposed) {
    file.read(entry, new Uint8Array(into.buffer, into.byteOffset, into.byteLength));
    return;
  }
  const { bytes, decode } = floatTypes[dtype]!;
  const columns = transposed ? shape[1]! : 1;
  const rows = into.length / columns;
  const rowsAtOnce = Math.max(1, Math.floor(BLOCK_BYTES / (bytes * columns)));
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - row);
    const block = new ArrayBuffer(bytes * count * columns);
    file.read(entry, new Uint8Array(block), bytes * row * columns);
    if (!transposed) decode(block, into.subarray(row, row + count));
    else {
      const values = new Float32Array(count * columns);
      decode(block, values);
      writeColumns(values, columns, into, row, rows);
    }
  }
}

/** Writes rows `[n, columns]` as the columns of `into [columns, rows]` from number `first` on. */
function writeColumns(
  values: Float32Array,
  columns: number,
  into: Float32Array,
  first: number,
  rows: number,
): void {
  const count = values.length / columns;
  for (let top = 0; top < count; top += TILE) {
    const end = Math.min(count, top + TILE);
    for (let column = 0; column < columns; column++) {
      const at = column * rows + first;
      for (let row = top; row < end; row++) into[at + row] = values[row * columns + column]!;
    }
  }
}
