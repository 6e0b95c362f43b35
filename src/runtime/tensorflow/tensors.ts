import type { DType } from '../../graph/shape';
import type { DeviceTensor, Tensor } from '../executor';
import { int32Of } from '../whole-numbers';
import type { Tf, TfTensor } from './tf';

/** A tensor in TensorFlow's memory. Whole numbers have 32 bits there. */
export class TensorflowTensor implements DeviceTensor {
  readonly isOnDevice = true;
  readonly shape: readonly number[];

  constructor(
    readonly dtype: DType,
    readonly handle: TfTensor,
  ) {
    this.shape = handle.shape;
  }

  release(): void {
    this.handle.dispose();
  }
}

/** A copy of the tensor: TensorFlow.js goes on reading an array that it was given until it has used it. */
export function toTf(tf: Tf, { dtype, shape, data }: Tensor): TfTensor {
  return dtype === 'int64'
    ? tf.tensor(int32Of(data as BigInt64Array), [...shape], 'int32')
    : tf.tensor((data as Float32Array).slice(), [...shape], 'float32');
}

/** Reads a tensor back, into an array where there is one for it. */
export async function fromTf(dtype: DType, handle: TfTensor, into?: Tensor): Promise<Tensor> {
  const values = await handle.data();
  const data = dtype === 'int64' ? BigInt64Array.from(values, BigInt) : (values as Float32Array);
  if (into) {
    (into.data as Float32Array).set(data as Float32Array);
    return into;
  }
  // What was read may be a part of a larger array, which TensorFlow.js goes on using.
  return { dtype, shape: handle.shape, data: data.slice() };
}
