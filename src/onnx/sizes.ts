import { TensorProto_DataType as TensorType } from 'onnx-buf';
import type { Value } from '../graph/ops';
import type { Dim, Shape } from '../graph/shape';

/**
 * Sizes that a model for a device is fed besides its program's inputs, where another one reads them off those inputs:
 * computing on shapes would be a processor's work amidst a device's.
 */
export interface FedSize {
  readonly name: string;
  /** All of them as 64-bit integers, `[rank]`; or how many there are in a tensor of these, a 32-bit integer, `[]`. */
  readonly form: 'shape' | 'count';
  readonly sizes: Shape;
}

/** How the forms look as a model's inputs. */
export const fedForms: Readonly<
  Record<FedSize['form'], { readonly elementType: TensorType; readonly shape: (sizes: Shape) => Shape }>
> = {
  shape: { elementType: TensorType.INT64, shape: (sizes) => [sizes.length] },
  count: { elementType: TensorType.INT32, shape: () => [] },
};

/** What the named sizes of a program's inputs are, read off the shapes of what is fed to it. */
export function namedSizes(
  inputs: readonly Value[],
  shapeOf: (name: string) => readonly number[] | undefined,
): Map<string, number> {
  const known = new Map<string, number>();
  for (const { name, shape } of inputs) {
    const fed = shapeOf(name!);
    shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && fed?.[axis] !== undefined) known.set(dim, fed[axis]!);
    });
  }
  return known;
}

/** A size as a number; `time+1` is what `time` is, and one more. */
export function knownSize(dim: Dim, known: ReadonlyMap<string, number>): number {
  if (typeof dim === 'number') return dim;
  const size = known.get(dim);
  if (size !== undefined) return size;
  const [, base, offset] = /^(.+)([+-]\d+)$/.exec(dim) ?? [];
  if (!base) throw new Error(`no input of the program tells the size '${dim}'`);
  return knownSize(base, known) + Number(offset);
}
