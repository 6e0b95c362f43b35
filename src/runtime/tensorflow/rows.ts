import type { Tf, TfTensor } from './tf';

/** All axes but the last made one: `[..., n] -> [rows, n]`. */
export function asRows(tf: Tf, x: TfTensor): TfTensor {
  const columns = x.shape.at(-1)!;
  return x.rank === 2 ? x : tf.reshape(x, [x.size / Math.max(columns, 1), columns]);
}

/** `table [rows, ...], ids [...] -> [...ids, ...]`. */
export function gatherRows(tf: Tf, table: TfTensor, ids: TfTensor): TfTensor {
  return tf.gather(table, ids as Parameters<Tf['gather']>[1], 0);
}

/**
 * `values [...ids, ...], ids -> [rows, ...]`, repeated ids summed. Not by unsortedSegmentSum, which TensorFlow.js's
 * JavaScript computes by going over all values once for each row.
 */
export function scatterAddRows(tf: Tf, values: TfTensor, ids: TfTensor, rows: number): TfTensor {
  const width = values.shape.slice(ids.rank);
  const list = tf.reshape(values, [ids.size, ...width]);
  return tf.scatterND(tf.reshape(ids, [ids.size, 1]), list, [rows, ...width]);
}
