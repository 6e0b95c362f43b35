/** Operations said in those that onnxruntime's WebGPU provider has kernels for. */
import type { Node } from '../graph/ops';
import { normalizeAxis, type Shape } from '../graph/shape';
import type { Emitter } from './emitter';

/** ConstantOfShape is the processor's; a number repeated is not. */
export function fill({ root }: Emitter, { attributes: { value, shape } }: Node<'fill'>): string[] {
  return root.emit('Expand', [root.floats([value], []), root.shape(shape)], {}, { outputs: ['fill'] });
}

/** Made anew in each run: as a constant, a table's zeros would take as much of the device's memory as the table. */
export function zeros(emitter: Emitter, shape: Shape): string {
  return emitter.emit('Expand', [emitter.floats([0], []), emitter.fedShape(shape)])[0]!;
}

/** x - max - log(sum(exp(x - max))). */
export function logSoftmax(emitter: Emitter, node: Node, [x]: readonly string[]): string[] {
  const last = emitter.ints([-1]);
  const below = emitter.emit('Sub', [x!, ...emitter.emit('ReduceMax', [x!, last])])[0]!;
  const sum = emitter.emit('ReduceSum', [...emitter.emit('Exp', [below]), last]);
  return emitter.emit('Sub', [below, ...emitter.emit('Log', sum)], {}, { node });
}

/** ONNX's places have 64 bits, which no cast of the provider takes: they are looked up in a list of their 32-bit kin. */
export function argMax(emitter: Emitter, node: Node<'argMax'>, [x]: readonly string[]): string[] {
  const { shape } = node.inputs[0]!;
  const { axis } = node.attributes;
  const places = emitter.range([shape[normalizeAxis(axis, shape.length)]!]);
  const found = emitter.emit('ArgMax', [x!], { axis: { int: axis }, keepdims: { int: 0 } });
  return emitter.emit('Gather', [places, ...found], {}, { node });
}
