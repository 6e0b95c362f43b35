import { floatTensor, type Tensor } from '../runtime/executor';
import type { Batch, EncodedText } from './batch';

/** What an encoder made of each text, while it stays the same: computed once and kept. */
export class KeptStates {
  private readonly states = new Map<EncodedText, Float32Array>();

  /**
   * The states of a batch's texts, `[batch, hidden]`.
   *
   * @param encode computes them anew, for all texts of the batch
   */
  async of(batch: Batch, encode: (batch: Batch) => Promise<Tensor>): Promise<Tensor> {
    const { states } = this;
    if (batch.texts.some((text) => !states.has(text))) {
      const { data, shape } = await encode(batch);
      const width = shape[1]!;
      batch.texts.forEach((text, i) => {
        states.set(text, (data as Float32Array).slice(i * width, (i + 1) * width));
      });
    }
    const width = states.get(batch.texts[0]!)!.length;
    const all = floatTensor([batch.size, width]);
    batch.texts.forEach((text, i) => {
      all.data.set(states.get(text)!, i * width);
    });
    return all;
  }
}
