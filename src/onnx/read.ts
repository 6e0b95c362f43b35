import { fromBinary } from '@bufbuild/protobuf';
import {
  TensorProto_DataLocation as Location,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
} from 'onnx-buf';

/** Reads bytes of a file that lies beside the model. */
export type ReadBeside = (file: string, offset: number, length: number) => Uint8Array;

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
  const {
    location,
    offset = '0',
    length,
  } = Object.fromEntries(externalData.map(({ key, value }) => [key, value]));
  if (!location || /[/\\]|^\.\.?$/.test(location)) throw new Error(`its weights lie in '${location}'`);
  const rawData = readBeside(location, Number(offset), Number(length)) as Uint8Array<ArrayBuffer>;
  return { ...tensor, externalData: [], dataLocation: Location.DEFAULT, rawData };
}
