import type { Tensor } from '../runtime/executor';
import type { Batch } from './batch';

/** A batch's words, each once. */
export interface WordsOfBatch {
  /** Their ids, in the order in which the batch names them; 0, the padding, is one of them where there is any. */
  readonly ids: Int32Array;
  /** The place of each token's word among them, `[time, batch]` (int64). */
  readonly tokens: Tensor;
}

/** Finds the distinct words of one batch after the other; what it found is valid until the next. */
export class DistinctWords {
  /** By the word's id: its place among those of the batch at hand, counted from 1; 0 for all others. */
  private readonly places: Int32Array;

  /** Kept from batch to batch: fresh memory costs as much as the work on it. */
  private words = new Int32Array(0);
  private tokens = new BigInt64Array(0);

  constructor(vocabularySize: number) {
    this.places = new Int32Array(vocabularySize);
  }

  of({ ids, time, size }: Pick<Batch, 'ids' | 'time' | 'size'>): WordsOfBatch {
    if (this.words.length < ids.length) {
      this.words = new Int32Array(ids.length);
      this.tokens = new BigInt64Array(ids.length);
    }
    const { places, words } = this;
    const tokens = this.tokens.subarray(0, ids.length);
    // Their lower halves (onnxruntime runs on no big-endian machine): a bigint for each would take ten times as long.
    const halves = new Int32Array(tokens.buffer);
    let count = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      let place = places[id]!;
      if (place === 0) {
        words[count] = id;
        place = ++count;
        places[id] = place;
      }
      halves[2 * i] = place - 1;
    }
    for (let i = 0; i < count; i++) places[words[i]!] = 0;
    return { ids: words.subarray(0, count), tokens: { dtype: 'int64', shape: [time, size], data: tokens } };
  }
}
