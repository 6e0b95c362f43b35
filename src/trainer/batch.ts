import { floatTensor, type Tensor } from '../runtime/executor';

/** Numbered texts with their classes: what batches are made of. */
export interface EncodedText {
  /** Token ids, at least one. */
  readonly ids: Int32Array;
  readonly label: number;
}

/** Some texts, padded to the longest of them. */
export interface Batch {
  /** Time-major: `[time * batch]`, 0 is padding. */
  readonly ids: Int32Array;
  readonly time: number;
  readonly size: number;
  /** Which class each text has, `[batch]`. */
  readonly labels: Int32Array;
  /** `[time, batch, 1]`: 1 at tokens. */
  readonly mask: Tensor;
  /** `[batch, outputs]`: one-hot, or the class itself where there is one output. */
  readonly targets: Tensor;
}

/** Pads and transposes `texts` for a model with this many outputs. */
export function makeBatch(texts: readonly EncodedText[], outputs: number): Batch {
  const size = texts.length;
  const time = texts.reduce((longest, { ids }) => Math.max(longest, ids.length), 1);
  const ids = new Int32Array(time * size);
  const mask = new Float32Array(time * size);
  const targets = new Float32Array(size * outputs);
  texts.forEach((text, column) => {
    for (let t = 0; t < text.ids.length; t++) {
      ids[t * size + column] = text.ids[t]!;
      mask[t * size + column] = 1;
    }
    if (outputs === 1) targets[column] = text.label;
    else targets[column * outputs + text.label] = 1;
  });
  return {
    ids,
    time,
    size,
    labels: Int32Array.from(texts, ({ label }) => label),
    mask: { dtype: 'float32', shape: [time, size, 1], data: mask },
    targets: floatTensor([size, outputs], targets),
  };
}
