import { TensorProto_DataType as TensorType } from 'onnx-buf';
import type { Shape } from '../graph/shape';

/**
 * Sizes that a model for a device is fed besides its program's inputs, where another one reads them off those inputs:
 * computing on shapes would be a processor's work amidst a device's.
 */
export interface FedSize {
  readonly name: string;
  /**
   * All of them as 64-bit integers, `[rank]`; or how many there are in a tensor of these, a 32-bit integer, `[]`, for
   * the device to compute with or for where a range ends, which the processor reads.
   */
  readonly form: 'shape' | 'count' | 'end';
  readonly sizes: Shape;
}

/** How the forms look as a model's inputs. */
export const fedForms: Readonly<
  Record<FedSize['form'], { readonly elementType: TensorType; readonly shape: (sizes: Shape) => Shape }>
> = {
  shape: { elementType: TensorType.INT64, shape: (sizes) => [sizes.length] },
  count: { elementType: TensorType.INT32, shape: () => [] },
  end: { elementType: TensorType.INT32, shape: () => [] },
};
