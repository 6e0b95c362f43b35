import { sizeOf, type Tensor } from '../runtime/executor';

/** Large buffers, kept from step to step: fresh memory costs as much as the work on it. */
export class Buffers {
  private readonly arrays = new Map<string, Float32Array>();

  /** A tensor of this shape over the buffer of this name; its content is whatever was there. */
  tensor(name: string, shape: readonly number[]): Tensor & { data: Float32Array } {
    const size = sizeOf(shape);
    let array = this.arrays.get(name);
    if (!array || array.length < size) {
      array = new Float32Array(size);
      this.arrays.set(name, array);
    }
    return { dtype: 'float32', shape, data: array.subarray(0, size) };
  }
}
