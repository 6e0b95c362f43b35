import { create } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema, type NodeProto } from 'onnx-buf';
import type { Program } from '../graph/program';
import { Emitter, type EmitterOptions } from './emitter';
import { lowerNodes } from './lower';
import { valueInfo } from './messages';
import { type FedSize, fedForms } from './sizes';
import { modelChunks } from './write';

/** Values of inputs that are stored in the model, by the input's name. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** `toOnnxModel` as the bytes of a file. */
export function toOnnx(program: Program, weights?: Weights, options?: EmitterOptions): Uint8Array {
  return Buffer.concat(modelChunks(toOnnxModel(program, weights, options)));
}

/**
 * A program as an ONNX model (opset 18). Inputs keep their names; those in `weights` are stored in the model
 * instead of being fed, without a copy of them. Outputs are named by the program.
 */
export function toOnnxModel(program: Program, weights?: Weights, options?: EmitterOptions): ModelProto {
  return emitModel(program, weights, options).model;
}

/** A program as an ONNX model for a device, and what it takes to run it there. */
export interface DeviceModel {
  readonly bytes: Uint8Array;
  /** To be fed besides the program's inputs. */
  readonly sizes: readonly FedSize[];
  /** The nodes of loops: those that onnxruntime knows are the processor's, so whatever they repeat is too. */
  readonly looped: readonly string[];
}

export function toDeviceModel(
  program: Program,
  weights: Weights = new Map(),
  options: EmitterOptions = {},
): DeviceModel {
  const { model, emitter } = emitModel(program, weights, { ...options, device: true });
  return { bytes: Buffer.concat(modelChunks(model)), sizes: emitter.fedSizes, looped: emitter.looped };
}

function emitModel(program: Program, weights: Weights = new Map(), options: EmitterOptions = {}) {
  const emitter = new Emitter(undefined, options);
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
    return emitter.valueInfo(name, value.shape, value.dtype);
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
  if (options.standard) dropUnusedStatistics(emitter.nodes);
  const sizes = emitter.fedSizes.map(({ name, form, sizes }) =>
    valueInfo(name, fedForms[form].shape(sizes), fedForms[form].elementType),
  );
  const model = create(ModelProtoSchema, {
    irVersion: 9n,
    producerName: 'textclf',
    opsetImport: [
      { domain: '', version: 18n },
      ...(options.standard ? [] : [{ domain: 'com.microsoft', version: 1n }]),
    ],
    graph: {
      name: program.name,
      node: emitter.nodes,
      initializer: emitter.initializers,
      input: [...inputs, ...sizes],
      output: results.map((value, i) => emitter.valueInfo(outputNames[i]!, value.shape, value.dtype)),
    },
  });
  return { model, emitter };
}

/** A norm's mean and deviation are for gradients; some runtimes do not compute them. */
function dropUnusedStatistics(nodes: readonly NodeProto[]): void {
  const used = new Set(nodes.flatMap(({ input }) => input));
  for (const { opType, output } of nodes) {
    if (opType === 'LayerNormalization' && output.slice(1).every((name) => !used.has(name)))
      output.length = 1;
  }
}
