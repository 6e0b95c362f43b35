import {
  type ModelProto,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType as TensorType,
} from 'onnx-buf';
import { floatsOf, isLargeWeight, standardNode, storedTensor, withGraph } from './weights';

/** The largest number that a 16-bit float holds, and the half step above it. */
const largestHalf = 65_520;

/**
 * The model with its large weights stored as 16-bit floats, which a Cast turns into 32-bit ones when the model is
 * opened: half the size, and the same results on every processor, as all computing stays in 32 bits. A weight
 * with a number that 16 bits cannot hold stays as it is.
 */
export function halveWeights(model: ModelProto): ModelProto {
  const casts: NodeProto[] = [];
  const initializers = model.graph!.initializer.map((tensor): TensorProto => {
    if (!isLargeWeight(tensor)) return tensor;
    const floats = floatsOf(tensor);
    if (!floats.every((value) => Math.abs(value) < largestHalf)) return tensor;
    const name = `${tensor.name}_fp16`;
    casts.push(standardNode('Cast', [name], [tensor.name], { to: { int: TensorType.FLOAT } }));
    return storedTensor(name, TensorType.FLOAT16, tensor.dims.map(Number), toHalf(floats));
  });
  return withGraph(model, [...casts, ...model.graph!.node], initializers);
}

/**
 * 32-bit floats as the bits of the nearest 16-bit ones (IEEE 754 binary16: 5 bits of exponent, 10 of fraction), a tie
 * to the even one.
 *
 * @param values smaller than 65 520
 */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  // Not Uint16Array.from: it lists all numbers first, eight bytes each.
  const result = new Uint16Array(values.length);
  for (let i = 0; i < result.length; i++) result[i] = halfBits(bits[i]!);
  return result;
}

function halfBits(float: number): number {
  const sign = (float >>> 16) & 0x8000;
  const exponent = (float >>> 23) & 0xff;
  const fraction = (float & 0x7fffff) | 0x800000;
  // Below 2^-14 the fraction has the fewer bits the smaller the number is.
  const dropped = Math.min(exponent < 113 ? 126 - exponent : 13, 25);
  const kept = roundToEven(fraction, dropped);
  // The leading bit of a normal number's fraction adds one to its exponent; so does a carry.
  return sign | (exponent < 113 ? kept : kept + ((exponent - 113) << 10));
}

function roundToEven(fraction: number, dropped: number): number {
  const kept = fraction >>> dropped;
  const rest = fraction & ((1 << dropped) - 1);
  const half = 1 << (dropped - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
