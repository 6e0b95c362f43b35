import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import type { Program } from '../graph/program';
import { Emitter, valueInfo } from './emitter';
import { lowerNodes } from './lower';

/**
 * Writes a program as an ONNX model (opset 18, com.microsoft's Gelu, and its FusedMatMul where a batched
 * product has a transposed operand). Inputs keep their names; those in `weights` are stored in
 * the model instead of being fed. Outputs are named by the program.
 */
export function toOnnx(program: Program, weights: ReadonlyMap<string, Float32Array> = new Map()): Uint8Array {
  const emitter = new Emitter();
  // Outputs first: their names are promised to whoever runs the model.
  const outputNames = Object.keys(program.outputs).map((name) => emitter.freshName(name));
  const results = Object.values(program.outputs);
  results.forEach((value, i) => {
    if (results.indexOf(value) === i) emitter.promise(value, outputNames[i]!);
  });
  const fed = program.inputs.filter((value) => !weights.has(value.name!));
  const inputs = fed.map((value) => {
    const name = emitter.freshName(value.name!);
    if (name !== value.name)
      throw new Error(`the program '${program.name}' uses the name '${value.name}' twice`);
    emitter.bind(value, name);
    emitter.defineDims(value, name);
    return valueInfo(name, value.shape, value.dtype);
  });
  for (const value of program.inputs) {
    const data = weights.get(value.name!);
    if (data) emitter.weight(value, data);
  }
  lowerNodes(emitter, results);
  results.forEach((value, i) => {
    // An input, a constant or a value asked for twice is not made by a node of its own.
    const name = emitter.nameOf(value)!;
    if (name !== outputNames[i]) emitter.emitNamed('Identity', [name], outputNames[i]!);
  });
  const model = create(ModelProtoSchema, {
    irVersion: 9n,
    producerName: 'textclf',
    opsetImport: [
      { domain: '', version: 18n },
      { domain: 'com.microsoft', version: 1n },
    ],
    graph: {
      name: program.name,
      node: emitter.nodes,
      initializer: emitter.initializers,
      input: inputs,
      output: results.map((value, i) => valueInfo(outputNames[i]!, value.shape, value.dtype)),
    },
  });
  return toBinary(ModelProtoSchema, model);
}
