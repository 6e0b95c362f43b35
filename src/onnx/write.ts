import { create, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf';

/** Numbers of protobuf fields whose content is length-delimited, from onnx.proto. */
const fields = { graphOfModel: 7, initializerOfGraph: 5, rawDataOfTensor: 9 } as const;

/** No protobuf may be larger: its lengths are read as signed 32-bit numbers. */
const largestModel = 2 ** 31 - 1;

/** Tensors in a file beside the model begin at a multiple of this, so that a runtime can map them into memory. */
const alignment = 64;

/**
 * A model's bytes, in pieces: the weights are passed on as they lie, where the protobuf library would copy them into
 * one buffer. (A message may be written in any order of its fields.)
 */
export function modelChunks({ graph, ...model }: ModelProto): Uint8Array[] {
  const { initializer, ...rest } = graph!;
  const tensors = initializer.map(tensorChunks);
  const body = [
    toBinary(GraphProtoSchema, { ...rest, initializer: [] }),
    ...tensors.flatMap((chunks) => delimited(fields.initializerOfGraph, chunks)),
  ];
  return [toBinary(ModelProtoSchema, model), ...delimited(fields.graphOfModel, body)];
}

function tensorChunks({ rawData, ...rest }: TensorProto): Uint8Array[] {
  const head = toBinary(TensorProtoSchema, rest as TensorProto);
  return rawData?.length ? [head, ...delimited(fields.rawDataOfTensor, [rawData])] : [head];
}

/** A field with a tag, a length and a content. */
function delimited(field: number, content: readonly Uint8Array[]): Uint8Array[] {
  return [Uint8Array.of(...varint(field * 8 + 2), ...varint(sizeOfChunks(content))), ...content];
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

export function sizeOfChunks(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** The content of a model's files: one, or two where the weights do not fit into a protobuf. */
export interface ModelFiles {
  readonly model: Uint8Array[];
  /** ONNX external data, to be written beside the model under the name that was given for it. */
  readonly data?: Uint8Array[];
}

/**
 * A model as files.
 *
 * @param dataName of the file of the weights, if one is needed: transformers.js expects `<model>_data`
 * @param largest bytes in a protobuf
 */
export function modelFiles(model: ModelProto, dataName: string, largest = largestModel): ModelFiles {
  const whole = modelChunks(model);
  if (sizeOfChunks(whole) <= largest) return { model: whole };
  const data: Uint8Array[] = [];
  let offset = 0;
  const initializer = model.graph!.initializer.map((tensor) => {
    const { rawData, ...rest } = tensor;
    if (!rawData?.length) return tensor;
    const padding = (alignment - (offset % alignment)) % alignment;
    const entries = { location: dataName, offset: offset + padding, length: rawData.length };
    data.push(new Uint8Array(padding), rawData);
    offset += padding + rawData.length;
    return {
      ...rest,
      dataLocation: Location.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value: String(value) }),
      ),
    } as TensorProto;
  });
  return { model: modelChunks({ ...model, graph: { ...model.graph!, initializer } }), data };
}
