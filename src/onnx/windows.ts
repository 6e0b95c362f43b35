import type { Attributes, Node } from '../graph/ops';
import { addToDim, type Dim } from '../graph/shape';
import type { Emitter } from './emitter';
import { product } from './products';

/**
 * Windows over time as rows. With zeros at both ends, x is a matrix `[(time + width - 1) * batch, features]`, and the
 * window at (time t, batch b) is its rows (t + o) * batch + b, for o from 0 to width - 1.
 */
type Window = Attributes['convolution'];

/** Very low, yet finite: what a time that does not count looks like to a maximum. */
const VERY_LOW = -1e30;

export function convolution(emitter: Emitter, node: Node<'convolution'>, inputs: readonly string[]) {
  const [x, weight, bias] = inputs as [string, string, string];
  const matrix = windowMatrix(emitter, node, x);
  const mapped = product(emitter, 'Gemm', [matrix, weight, bias])[0]!;
  const shapes = node.outputs.map(({ shape }) => emitter.shape(shape));
  return [mapped, matrix].flatMap((result, i) => emitter.emit('Reshape', [result, shapes[i]!]));
}

/** What is added in the product is the mask, in the bias's place: that one is the same for all that are compared. */
export function convolutionMax(emitter: Emitter, node: Node<'convolutionMax'>, inputs: readonly string[]) {
  const [x, weight, bias, mask] = inputs as [string, string, string, string];
  const isLeftOut = emitter.emit('Sub', [emitter.floats([1], []), emitter.matrix(mask, 1)]);
  const low = emitter.emit('Mul', [...isLeftOut, emitter.floats([VERY_LOW], [])])[0]!;
  const matrix = windowMatrix(emitter, node, x);
  // No number of 16 bits is that low.
  const values = emitter.half
    ? emitter.emit('Add', [...product(emitter, 'MatMul', [matrix, weight]), low])
    : emitter.emit('Gemm', [matrix, weight, low]);
  const byTime = emitter.emit('Reshape', [...values, emitter.shape(node.outputs[1]!.shape)])[0]!;
  const largest = emitter.emit('ReduceMax', [byTime, emitter.ints([0])], { keepdims: { int: 0 } });
  return [...emitter.emit('Add', [...largest, bias]), byTime];
}

export function gatherWindows(emitter: Emitter, node: Node<'gatherWindows'>, inputs: readonly string[]) {
  const [x, at] = inputs as [string, string];
  const [, batch, features] = node.inputs[0]!.shape as [Dim, Dim, number];
  const rows = paddedRows(emitter, x, features, node.attributes);
  const gathered = emitter.emit('Gather', [rows, rowsAt(emitter, at, batch, node.attributes)])[0]!;
  return emitter.emit('Reshape', [gathered, emitter.shape(node.outputs[0]!.shape)], {}, { node });
}

/**
 * onnxruntime's ScatterND adds whole rows, and repeated ones from several threads at once, of which it loses some: it
 * is for one thread alone.
 */
export function scatterAddWindows(
  emitter: Emitter,
  node: Node<'scatterAddWindows'>,
  inputs: readonly string[],
) {
  const [values, at] = inputs as [string, string];
  return emitter.options.singleThread
    ? addedByRows(emitter, node, values, at)
    : addedByProduct(emitter, node, values, at);
}

function addedByRows(emitter: Emitter, node: Node<'scatterAddWindows'>, values: string, at: string) {
  const { width, before, time } = node.attributes;
  const [, batch, features] = node.outputs[0]!.shape as [Dim, Dim, number];
  const padded = emitter.shape([addToDim(time, width - 1), batch, features]);
  const asRows = emitter.ints([-1, features]);
  const zeros = emitter.emit('Reshape', [...emitter.emit('ConstantOfShape', [padded]), asRows]);
  const ids = emitter.emit('Reshape', [rowsAt(emitter, at, batch, node.attributes), emitter.ints([-1, 1])]);
  const rows = emitter.emit('Reshape', [values, asRows]);
  const sums = emitter.emit('ScatterND', [...zeros, ...ids, ...rows], { reduction: { string: 'add' } });
  const byTime = emitter.emit('Reshape', [...sums, padded]);
  const ends = [emitter.ints([before]), emitter.shape([addToDim(time, before)])];
  return emitter.emit('Slice', [...byTime, ...ends, emitter.ints([0])], {}, { node });
}

/** The product with a matrix of `[time, n * width]` for each text, 1 where a vector of a window stands at a time. */
function addedByProduct(emitter: Emitter, node: Node<'scatterAddWindows'>, values: string, at: string) {
  const { width, before, time } = node.attributes;
  const features = node.outputs[0]!.shape[2] as number;
  const [swapped, toFloat] = [{ perm: { ints: [1, 0, 2] } }, { to: { int: 1 } }];
  const places = emitter.indices(Array.from({ length: width }, (_, o) => o - before));
  const column = emitter.emit('Unsqueeze', [at, emitter.ints([-1])]);
  const byText = emitter.emit('Transpose', emitter.emit('Add', [...column, places]), swapped);
  const standing = emitter.emit('Reshape', [
    ...emitter.emit('Cast', byText, toFloat),
    emitter.ints([0, 1, -1]),
  ]);
  const times = emitter.emit('Cast', [emitter.range([time])], toFloat);
  const timeColumn = emitter.emit('Unsqueeze', [...times, emitter.ints([-1])]);
  const isThere = emitter.emit('Cast', emitter.emit('Equal', [...standing, ...timeColumn]), toFloat);
  const ofText = emitter.emit('Transpose', [values], swapped);
  const vectors = emitter.emit('Reshape', [...ofText, emitter.ints([0, -1, features])]);
  const sums = product(emitter, 'MatMul', [...isThere, ...vectors]);
  return emitter.emit('Transpose', sums, swapped, { node });
}

/**
 * The windows of all times as a matrix `[time * batch, width * features]`.
 * One Gather of rows is faster than a Slice for each place of the window and a Concat of these.
 */
function windowMatrix(
  emitter: Emitter,
  { inputs: [operand], attributes: window }: Node<'convolution' | 'convolutionMax'>,
  x: string,
): string {
  const [time, batch, features] = operand!.shape as [Dim, Dim, number];
  const first = emitter.range([time, batch]);
  const rows = paddedRows(emitter, x, features, window);
  const gathered = emitter.emit('Gather', [rows, windowRows(emitter, first, batch, window)])[0]!;
  return emitter.emit('Reshape', [gathered, emitter.ints([-1, window.width * features])])[0]!;
}

/** `x [time, batch, features]` with zeros at both ends of time, as rows. */
function paddedRows(emitter: Emitter, x: string, features: number, { width, before }: Window): string {
  const ends = [emitter.ints([before, width - 1 - before]), emitter.floats([0], []), emitter.ints([0])];
  const padded = emitter.emit('Pad', [x, ...ends]);
  return emitter.emit('Reshape', [...padded, emitter.ints([-1, features])])[0]!;
}

/** `first [...]`: the first row of each window; `[..., width]`: all of its rows. */
function windowRows(emitter: Emitter, first: string, batch: Dim, { width }: Window): string {
  const column = emitter.emit('Unsqueeze', [first, emitter.ints([-1])])[0]!;
  const places = emitter.indices(Array.from({ length: width }, (_, o) => o));
  const steps = emitter.emit('Mul', [places, emitter.count([batch])]);
  return emitter.emit('Add', [column, ...steps])[0]!;
}

/** The rows of the windows at `at [n, batch]`: `[n, batch, width]`. */
function rowsAt(emitter: Emitter, at: string, batch: Dim, window: Window): string {
  const first = emitter.emit('Add', [
    ...emitter.emit('Mul', [at, emitter.count([batch])]),
    emitter.range([batch]),
  ])[0]!;
  return windowRows(emitter, first, batch, window);
}
