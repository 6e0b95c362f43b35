import type { Shape } from '../graph/shape';
import { floatTensor, type Tensor } from '../runtime/executor';
import type { OutputForm } from './outputs';
import { makeTargets } from './targets';

/** Numbered texts with their classes: what batches are made of. */
export interface EncodedText {
  /** Token ids, at least one. They may be read from a file: look at them once. */
  readonly ids: Int32Array;
  /** How many ids there are, where that is known without reading them. */
  readonly length?: number;
  /** The numbers of its classes: one, or any number of them in a multi-label task. */
  readonly labels: readonly number[];
}

/** Some texts, padded to the longest of them. */
export interface Batch {
  readonly texts: readonly EncodedText[];
  /** Time-major: `[time * batch]`, 0 is padding. */
  readonly ids: Int32Array;
  readonly time: number;
  readonly size: number;
  /** Which classes each text has, `[batch]`. */
  readonly labels: readonly (readonly number[])[];
  /** `[time, batch, 1]`: 1 at tokens. */
  readonly mask: Tensor;
  /** `[batch, outputs]`: see makeTargets. */
  readonly targets: Tensor;
  readonly weights: Tensor;
  /** What the sum of the texts' losses is divided by for their mean. */
  readonly divisor: number;
}

/** The sizes of a shape of the graph for a batch: what `time` and `batch` are. */
export function dimsOf(shape: Shape, { time, size }: Pick<Batch, 'time' | 'size'>): number[] {
  const sizes: Record<string, number> = { time, batch: size };
  return shape.map((dim) => (typeof dim === 'string' ? sizes[dim]! : dim));
}

/** Pads and transposes `texts` for a model with outputs of this form. */
export function makeBatch(texts: readonly EncodedText[], form: OutputForm): Batch {
  const size = texts.length;
  const read = texts.map((text) => text.ids);
  const time = read.reduce((longest, { length }) => Math.max(longest, length), 1);
  const ids = new Int32Array(time * size);
  const mask = new Float32Array(time * size);
  read.forEach((ofText, column) => {
    for (let t = 0; t < ofText.length; t++) {
      ids[t * size + column] = ofText[t]!;
      mask[t * size + column] = 1;
    }
  });
  const labels = texts.map((text) => text.labels);
  const { targets, weights, divisor } = makeTargets(labels, form);
  return {
    texts,
    ids,
    time,
    size,
    labels,
    mask: { dtype: 'float32', shape: [time, size, 1], data: mask },
    targets: floatTensor([size, form.outputs], targets),
    weights: floatTensor([size, form.outputs], weights),
    divisor,
  };
}
