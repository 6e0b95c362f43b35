import { type Attributes, inferTypes, type Node, type OpName, type Type, type Value } from './ops';
import { broadcastShapes, type Dim, type DType, normalizeAxis, type Shape, sameShape } from './shape';

/** Makes a node and its outputs; the types of the outputs come from the operation table. */
export function makeNode<Op extends OpName>(
  op: Op,
  inputs: readonly Value[],
  attributes: Attributes[Op],
  types: readonly Type[] = inferTypes[op](inputs, attributes),
): Node<Op> {
  const node: Node<Op> = { op, inputs, attributes, outputs: [] };
  for (const type of types) addOutput(node, type);
  return node;
}

/** The same operation on other inputs. */
export function copyNode<Op extends OpName>(node: Node<Op>, inputs: readonly Value[]): Node<Op> {
  return makeNode(node.op, inputs, node.attributes);
}

/** Appends an output to a node: a scan collects further values when a gradient asks for them. */
export function addOutput(node: Node, { shape, dtype }: Type, name?: string): Value {
  const value: Value = { node, output: node.outputs.length, shape, dtype, name };
  node.outputs.push(value);
  return value;
}

const one = <Op extends OpName>(op: Op, inputs: readonly Value[], attributes: Attributes[Op]): Value =>
  makeNode(op, inputs, attributes).outputs[0]!;

const unary = (op: OpName) => (x: Value) => one(op, [x], {});
const binary = (op: OpName) => (a: Value | number, b: Value | number) =>
  one(op, [asValue(a), asValue(b)], {});

export function named<V extends Value>(value: V, name: string): V {
  value.name = name;
  return value;
}

/** A value that is fed when the graph runs. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Value {
  return named(makeNode('input', [], {}, [{ shape, dtype }]).outputs[0]!, name);
}

/** A scalar, or a small tensor written row by row. */
export function constant(data: number | readonly number[], shape: Shape = []): Value {
  const list = typeof data === 'number' ? [data] : data;
  return makeNode('constant', [], { data: list }, [{ shape, dtype: 'float32' }]).outputs[0]!;
}

function asValue(x: Value | number): Value {
  return typeof x === 'number' ? constant(x) : x;
}

export const fill = (value: number, shape: Shape): Value => one('fill', [], { value, shape });
/** 0, 1, ..., size - 1 as int64, `[size]`. */
export const range = (size: Dim): Value => one('range', [], { size });
export const toFloat = unary('toFloat');
export const neg = unary('neg');
export const exp = unary('exp');
export const log = unary('log');
export const sqrt = unary('sqrt');
export const sin = unary('sin');
export const cos = unary('cos');
export const erf = unary('erf');
export const tanh = unary('tanh');
export const sigmoid = unary('sigmoid');
export const relu = unary('relu');
export const gelu = unary('gelu');
export const softplus = unary('softplus');
export const isPositive = unary('isPositive');
export const softmax = unary('softmax');
export const logSoftmax = unary('logSoftmax');
export const equal = binary('equal');
export const add = binary('add');
export const sub = binary('sub');
/** An operand that was broadcast only to be multiplied is not repeated in memory first. */
export function mul(a: Value | number, b: Value | number): Value {
  const [left, right] = [asValue(a), asValue(b)];
  return one('mul', [unrepeated(left, right), unrepeated(right, left)], {});
}
export const div = binary('div');

/** What a value was broadcast from, where `other` has the full shape anyway. */
function unrepeated(value: Value, other: Value): Value {
  const source = value.node.op === 'broadcast' ? value.node.inputs[0]! : value;
  const isRepeated = sameShape(broadcastShapes(source.shape, other.shape), value.shape);
  return isRepeated && other.node.op !== 'broadcast' ? source : value;
}

/** `a [..., m, k] x b [k, n] -> [..., m, n]`; the flags multiply by the transposed matrix instead. */
export function matmul(a: Value, b: Value, { transposeA = false, transposeB = false } = {}): Value {
  return one('matmul', [a, b], { transposeA, transposeB });
}

/** `x [..., k], weight [k, n], bias [n] -> [..., n]`: x W + b. */
export const affine = (x: Value, weight: Value, bias: Value): Value => one('affine', [x, weight, bias], {});

/** `x [time, batch, features], weight [width * features, n], bias [n] -> [time, batch, n]`: see its attributes. */
export const convolution = (
  x: Value,
  weight: Value,
  bias: Value,
  attributes: Attributes['convolution'],
): Value => one('convolution', [x, weight, bias], attributes);

/** `x, weight, bias` as for `convolution`, `mask [time, batch, 1] -> [batch, n]`: its largest values over time. */
export const convolutionMax = (
  x: Value,
  weight: Value,
  bias: Value,
  mask: Value,
  attributes: Attributes['convolutionMax'],
): Value => one('convolutionMax', [x, weight, bias, mask], attributes);

/** `x [time, batch, features], at [n, batch] -> [n, batch, width * features]`: see its attributes. */
export const gatherWindows = (x: Value, at: Value, attributes: Attributes['gatherWindows']): Value =>
  one('gatherWindows', [x, at], attributes);

/** `values [n, batch, width * features], at [n, batch] -> [time, batch, features]`: see its attributes. */
export const scatterAddWindows = (
  values: Value,
  at: Value,
  attributes: Attributes['scatterAddWindows'],
): Value => one('scatterAddWindows', [values, at], attributes);

/** `a [..., m], b [..., n] -> [m, n]`, the sum of all outer products. */
export const outerSum = (a: Value, b: Value): Value => one('outerSum', [a, b], {});

/** `x [..., n], weight [n], bias [n]`, over the last axis (Ba et al. 2016). */
export const layerNorm = (x: Value, weight: Value, bias: Value, epsilon: number): Value =>
  one('layerNorm', [x, weight, bias], { epsilon });

export function sum(x: Value, axes: readonly number[], keepDims = false): Value {
  return axes.length === 0 ? x : one('sum', [x], { axes: frontAxes(x, axes), keepDims });
}

export function max(x: Value, axes: readonly number[], keepDims = false): Value {
  return one('max', [x], { axes: frontAxes(x, axes), keepDims });
}

/** The place of the largest value along an axis, of equal ones the first (int64). */
export const argMax = (x: Value, axis: number): Value =>
  one('argMax', [x], { axis: normalizeAxis(axis, x.shape.length) });

function frontAxes(x: Value, axes: readonly number[]): number[] {
  return axes.map((axis) => normalizeAxis(axis, x.shape.length));
}

export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : one('reshape', [x], { shape });
}

export function broadcast(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : one('broadcast', [x], { shape });
}

export const transpose = (x: Value, permutation: readonly number[]): Value =>
  one('transpose', [x], { permutation });

export function concat(values: readonly Value[], axis: number): Value {
  return values.length === 1 ? values[0]! : one('concat', values, { axis });
}

export function split(x: Value, axis: number, sizes: readonly number[]): Value[] {
  return sizes.length === 1 ? [x] : makeNode('split', [x], { axis, sizes }).outputs;
}

export const pad = (x: Value, axis: number, before: number, after: number): Value =>
  before + after === 0 ? x : one('pad', [x], { axis, before, after });

export const trim = (x: Value, axis: number, before: number, after: number): Value =>
  before + after === 0 ? x : one('trim', [x], { axis, before, after });

export const gatherRows = (table: Value, ids: Value): Value => one('gatherRows', [table, ids], {});

export const scatterAddRows = (values: Value, ids: Value, rows: Shape[number]): Value =>
  one('scatterAddRows', [values, ids], { rows });

/** `row [n], start [1], end [1] -> shape`: see its attributes. */
export const window = (row: Value, start: Value, end: Value, shape: Shape): Value =>
  one('window', [row, start, end], { shape });

/**
 * Sums a value down to a shape that broadcasts to it: how a gradient comes back through a
 * broadcast operand. Done once here, never in a gradient rule.
 */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const axes = x.shape.flatMap((dim, axis) =>
    axis < added || (shape[axis - added] === 1 && dim !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes), shape);
}
