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

/** pi in two parts, of which the first is exact in few bits: multiples of it lose nothing. */
const [PI_HIGH, PI_LOW] = [3.140625, Math.PI - 3.140625];

/** Of sin(r) / r in r^2, by Taylor: between -pi/2 and pi/2 its error is below that of 32 bits. */
const coefficients = [-1 / 6, 1 / 120, -1 / 5040, 1 / 362_880, -1 / 39_916_800];

/**
 * WebGPU's own sine is good to 2^-11 and between -pi and pi alone. x is n pi + r, and its sine that of r, negated where
 * n is odd.
 */
export function sin(emitter: Emitter, node: Node, [x]: readonly string[]): string[] {
  return sineOf(emitter, node, x!, 0);
}

/** The sine of x + pi/2, for which n counts from one half. */
export function cos(emitter: Emitter, node: Node, [x]: readonly string[]): string[] {
  return sineOf(emitter, node, x!, 0.5);
}

/** The sine of x + shift pi. */
function sineOf(emitter: Emitter, node: Node, x: string, shift: number): string[] {
  const number = (value: number) => emitter.floats([value], []);
  const emit = (opType: string, ...inputs: string[]) => emitter.emit(opType, inputs)[0]!;
  const times = emit('Mul', x, number(1 / Math.PI));
  const whole = emit('Floor', emit('Add', times, number(0.5 + shift)));
  const turns = emit('Sub', whole, number(shift));
  const nearer = emit('Sub', x, emit('Mul', turns, number(PI_HIGH)));
  const rest = emit('Sub', nearer, emit('Mul', turns, number(PI_LOW)));
  const square = emit('Mul', rest, rest);
  const series = [...coefficients]
    .reverse()
    .reduce<string | undefined>(
      (sum, c) => emit('Mul', square, sum === undefined ? number(c) : emit('Add', sum, number(c))),
      undefined,
    )!;
  const sine = emit('Add', rest, emit('Mul', rest, series));
  const half = emit('Mul', whole, number(0.5));
  const isOdd = emit('Sub', half, emit('Floor', half));
  const sign = emit('Sub', number(1), emit('Mul', isOdd, number(4)));
  return emitter.emit('Mul', [sine, sign], {}, { node });
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
