import { floatTensor } from '../runtime/executor';
import type { Batch } from './batch';

/**
 * A batch in up to `count` parts that are computed at the same time: text i is in part i modulo `count`, so that
 * parts take equally long although texts are sorted by length. Each is padded to the longest of its own texts.
 */
export function splitBatch(batch: Batch, count: number): readonly Batch[] {
  const parts = Math.min(count, batch.size);
  return parts <= 1 ? [batch] : Array.from({ length: parts }, (_, part) => partOf(batch, part, parts));
}

function partOf(batch: Batch, part: number, parts: number): Batch {
  const columns = range(Math.ceil((batch.size - part) / parts)).map((i) => part + i * parts);
  const size = columns.length;
  const fullMask = batch.mask.data as Float32Array;
  let time = 1;
  for (const column of columns) {
    while (time < batch.time && fullMask[time * batch.size + column] === 1) time++;
  }
  const ids = new Int32Array(time * size);
  const mask = new Float32Array(time * size);
  for (let t = 0; t < time; t++) {
    for (let i = 0; i < size; i++) {
      const from = t * batch.size + columns[i]!;
      ids[t * size + i] = batch.ids[from]!;
      mask[t * size + i] = fullMask[from]!;
    }
  }
  const rowsOf = ({ data, shape }: Batch['targets']) => {
    const width = shape[1]!;
    const values = new Float32Array(size * width);
    columns.forEach((column, i) => {
      values.set((data as Float32Array).subarray(column * width, (column + 1) * width), i * width);
    });
    return floatTensor([size, width], values);
  };
  return {
    texts: columns.map((column) => batch.texts[column]!),
    ids,
    time,
    size,
    labels: columns.map((column) => batch.labels[column]!),
    mask: { dtype: 'float32', shape: [time, size, 1], data: mask },
    targets: rowsOf(batch.targets),
    weights: rowsOf(batch.weights),
    divisor: batch.divisor,
  };
}

/** Puts the logits of the parts that `splitBatch` made, `[size, outputs]` each, into the order of the batch. */
export function mergeLogits(parts: readonly Float32Array[], size: number): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const outputs = parts.reduce((sum, { length }) => sum + length, 0) / size;
  const logits = new Float32Array(size * outputs);
  for (let column = 0; column < size; column++) {
    const part = parts[column % parts.length]!;
    const row = Math.floor(column / parts.length);
    logits.set(part.subarray(row * outputs, (row + 1) * outputs), column * outputs);
  }
  return logits;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
