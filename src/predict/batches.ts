import type { Executable, Tensor } from '../runtime/executor';

/** Texts in one run of the model. */
export const batchSize = 32;

/**
 * The logits `[outputs]` of each text, given by its tokens, in the texts' order.
 *
 * @param padding the token that fills up the shorter texts of a batch
 * @throws Error where the model gives something else
 */
export async function logitsOfTexts(
  model: Executable,
  encoded: readonly Int32Array[],
  outputs: number,
  padding = 0,
): Promise<Float32Array[]> {
  // Texts of similar length share a batch, so that little of it is padding.
  const order = encoded.map((_, index) => index).sort((a, b) => encoded[a]!.length - encoded[b]!.length);
  const results = new Array<Float32Array>(encoded.length);
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    const texts = indices.map((index) => encoded[index]!);
    const logits = await logitsOfBatch(model, texts, outputs, padding);
    indices.forEach((index, row) => {
      results[index] = logits.slice(row * outputs, (row + 1) * outputs);
    });
  }
  return results;
}

/** `[batch, outputs]` */
async function logitsOfBatch(
  model: Executable,
  texts: readonly Int32Array[],
  outputs: number,
  padding: number,
): Promise<Float32Array> {
  const shape = [texts.length, texts.reduce((longest, { length }) => Math.max(longest, length), 1)] as const;
  const ids = new BigInt64Array(shape[0] * shape[1]).fill(BigInt(padding));
  const mask = new BigInt64Array(ids.length);
  texts.forEach((text, row) => {
    text.forEach((id, column) => {
      ids[row * shape[1] + column] = BigInt(id);
      mask[row * shape[1] + column] = 1n;
    });
  });
  const tensor = (data: BigInt64Array): Tensor => ({ dtype: 'int64', shape, data });
  const { logits } = await model.run({
    input_ids: tensor(ids),
    attention_mask: tensor(mask),
    // Only some models have it; all of a text's tokens are of the first type.
    token_type_ids: tensor(new BigInt64Array(ids.length)),
  });
  const expected = [texts.length, outputs].join(', ');
  if (logits?.shape.join(', ') !== expected) {
    throw new Error(`its logits have the shape [${logits?.shape.join(', ')}] instead of [${expected}]`);
  }
  if (!(logits.data instanceof Float32Array)) throw new Error('its logits are not 32-bit floats');
  return logits.data;
}
