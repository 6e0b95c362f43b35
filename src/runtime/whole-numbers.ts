/**
 * The whole numbers of a tensor for a device that counts in 32 bits. By halves: one BigInt each would take a hundred times as
 * long.
 *
 * @throws Error where one is larger than that
 */
export function int32Of(data: BigInt64Array): Int32Array<ArrayBuffer> {
  const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length);
  const values = new Int32Array(data.length);
  for (let i = 0; i < values.length; i++) {
    const low = halves[2 * i]!;
    // The upper half of a small number is its sign.
    if (halves[2 * i + 1] !== low >> 31)
      throw new Error(`devices have no whole numbers as large as ${data[i]}`);
    values[i] = low;
  }
  return values;
}
