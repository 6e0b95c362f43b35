import { fromBinary } from '@bufbuild/protobuf';
import {
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
} from 'onnx-buf';

/** Reads bytes of a file that lies beside the model; without a length, all that follow. */
export type ReadBeside = (file: string, offset: number, length: number | undefined) => Uint8Array;

/**
 * Reads a model. Its weights are views of `bytes`, or what `readBeside` gives for those that lie in another file.
 *
 * @throws Error where the bytes are no ONNX model
 */
export function readModel(bytes: Uint8Array, readBeside: ReadBeside): ModelProto {
  const model = fromBinary(ModelProtoSchema, bytes);
  if (!model.graph) throw new Error('it has no graph');
  const initializer = model.graph.initializer.map((tensor) =>
    tensor.dataLocation === Location.EXTERNAL ? withData(tensor, readBeside) : tensor,
  );
  return { ...model, graph: { ...model.graph, initializer } };
}

function withData({ externalData, ...tensor }: TensorProto, readBeside: ReadBeside): TensorProto {
  const { location, offset, length } = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
  if (!location || /[/\\]|^\.\.?$/.test(location)) throw new Error(`its weights lie in '${location}'`);
  const rawData = readBeside(location, wholeNumber(offset) ?? 0, wholeNumber(length));
  return {
    ...tensor,
    externalData: [],
    dataLocation: Location.DEFAULT,
    rawData: rawData as Uint8Array<ArrayBuffer>,
  };
}

/** Both may be left out (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md). */
function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`the place of its weights is '${text}'`);
}
