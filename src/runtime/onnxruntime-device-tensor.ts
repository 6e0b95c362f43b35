import type { Tensor as OrtTensor } from 'onnxruntime-node';
import type { DType } from '../graph/shape';
import type { DeviceTensor } from './executor';

/**
 * A tensor in a device's memory. There, whole numbers have 32 bits.
 */
export class OnnxruntimeDeviceTensor implements DeviceTensor {
  readonly isOnDevice = true;
  readonly dtype: DType;
  readonly shape: readonly number[];

  constructor(
    private readonly handle: OrtTensor,
    /** All that hold memory: this one is among them until it is released. */
    private readonly living: Set<DeviceTensor>,
  ) {
    this.dtype = handle.type === 'float32' ? 'float32' : 'int64';
    this.shape = handle.dims;
    living.add(this);
  }

  /** @throws Error where its memory was freed: onnxruntime would read whatever is there now */
  use(): OrtTensor {
    if (!this.living.has(this))
      throw new Error(`a tensor [${this.shape.join(', ')}] was used after its release`);
    return this.handle;
  }

  release(): void {
    this.use().dispose();
    this.living.delete(this);
  }
}
