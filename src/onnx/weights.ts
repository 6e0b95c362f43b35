import { create } from '@bufbuild/protobuf';
import {
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorProto_DataType as TensorType,
} from 'onnx-buf';
import { type AttributeValue, attribute } from './messages';

/** Tensors with fewer numbers than this stay as they are: they take no room, and the last layer is among them. */
const fewNumbers = 4096;

/** A weight that is worth storing in fewer bits: 32-bit floats, many of them. */
export function isLargeWeight({ dataType, rawData, dims }: TensorProto): boolean {
  const numbers = dims.reduce((count, dim) => count * Number(dim), 1);
  return dataType === TensorType.FLOAT && rawData?.length === 4 * numbers && numbers >= fewNumbers;
}

/** The numbers of a tensor of 32-bit floats; a copy only where they do not lie at a multiple of four bytes. */
export function floatsOf({ rawData }: TensorProto): Float32Array {
  const { buffer, byteOffset, byteLength } = rawData.byteOffset % 4 === 0 ? rawData : new Uint8Array(rawData);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

/** A tensor stored in a model, its numbers in the bytes of `data`. */
export function storedTensor(
  name: string,
  dataType: TensorType,
  shape: readonly number[],
  data: ArrayBufferView<ArrayBuffer>,
): TensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return create(TensorProtoSchema, { name, dataType, dims: shape.map(BigInt), rawData });
}

/** A node of the ONNX standard, named after its first output. */
export function standardNode(
  opType: string,
  input: string[],
  output: string[],
  attributes: Record<string, AttributeValue> = {},
): NodeProto {
  const attributeList = Object.entries(attributes).map(([name, value]) => attribute(name, value));
  return create(NodeProtoSchema, {
    opType,
    name: `${opType}_${output[0]}`,
    input,
    output,
    attribute: attributeList,
  });
}

/** The model with other nodes and weights. */
export function withGraph(model: ModelProto, node: NodeProto[], initializer: TensorProto[]): ModelProto {
  return { ...model, graph: { ...model.graph!, node, initializer } };
}
