/** The pieces of an ONNX model that are made one by one: tensors, attributes, what inputs and outputs look like. */
import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type TensorProto,
  TensorProtoSchema,
  TensorProto_DataType as TensorType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import type { Shape } from '../graph/shape';

export type AttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto };

export function intTensor(values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    dims: [BigInt(values.length)],
    dataType: TensorType.INT64,
    int64Data: values.map(BigInt),
  });
}

export function smallIntTensor(values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    dims: [BigInt(values.length)],
    dataType: TensorType.INT32,
    int32Data: [...values],
  });
}

export function floatTensor(data: Float32Array, shape: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    dims: shape.map(BigInt),
    dataType: TensorType.FLOAT,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) as Uint8Array<ArrayBuffer>,
  });
}

export function valueInfo(name: string, shape: Shape, elemType: TensorType): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: 'dimParam' as const, value: size },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  });
}

export function attribute(name: string, value: AttributeValue): AttributeProto {
  const set = (fields: Partial<AttributeProto>) => ({ ...create(AttributeProtoSchema, { name }), ...fields });
  if ('int' in value) return set({ type: AttributeType.INT, i: BigInt(value.int) });
  if ('float' in value) return set({ type: AttributeType.FLOAT, f: value.float });
  if ('ints' in value) return set({ type: AttributeType.INTS, ints: value.ints.map(BigInt) });
  if ('tensor' in value) return set({ type: AttributeType.TENSOR, t: value.tensor });
  if ('graph' in value) return set({ type: AttributeType.GRAPH, g: value.graph });
  return set({ type: AttributeType.STRING, s: new TextEncoder().encode(value.string) });
}
