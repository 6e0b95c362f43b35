import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema } from 'onnx-buf';
import type { Node, OpName, Value } from '../graph/ops';
import { sameShape } from '../graph/shape';
import { topologicalOrder } from '../graph/walk';
import * as device from './device';
import { type Emitter, Emitter as EmitterClass } from './emitter';
import { type AttributeValue, floatTensor } from './messages';
import { product } from './products';
import { convolution, convolutionMax, gatherWindows, scatterAddWindows } from './windows';

/** Emits the ONNX nodes of one operation and returns the name of each of its outputs. */
type Lowering<Op extends OpName> = (emitter: Emitter, node: Node<Op>, inputs: readonly string[]) => string[];

const simple =
  (opType: string, attributes: Record<string, AttributeValue> = {}) =>
  (emitter: Emitter, node: Node, inputs: readonly string[]) =>
    emitter.emit(opType, inputs, attributes, { node });

const compare =
  (opType: string, second?: (emitter: Emitter) => string) =>
  (emitter: Emitter, node: Node, inputs: readonly string[]) => {
    const operands = second ? [...inputs, second(emitter)] : inputs;
    return emitter.emit('Cast', emitter.emit(opType, operands), { to: { int: 1 } }, { node });
  };

const reduce =
  (opType: string) =>
  (emitter: Emitter, node: Node<'sum' | 'max'>, [x]: readonly string[]) => {
    const { axes, keepDims } = node.attributes;
    const keepdims = { int: keepDims ? 1 : 0 };
    return emitter.emit(opType, [x!, emitter.ints(axes)], { keepdims }, { node });
  };

/** All axes but the last made one. */
function asMatrix(emitter: Emitter, name: string, { shape }: Value): string {
  return shape.length === 2 ? name : emitter.matrix(name, shape.at(-1) as number);
}

/** The last two axes swapped. */
function transposed(emitter: Emitter, name: string, { shape }: Value): string {
  const axes = shape.map((_, axis) => axis);
  const perm = { ints: [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!] };
  return emitter.emit('Transpose', [name], { perm })[0]!;
}

/** 0.5 x (1 + erf(x / sqrt 2)), in the order in which onnxruntime recognises it and makes it one operation again. */
function standardGelu(emitter: Emitter, node: Node, x: string): string[] {
  const scaled = emitter.emit('Div', [x, emitter.floats([Math.SQRT2], [])]);
  const shifted = emitter.emit('Add', [...emitter.emit('Erf', scaled), emitter.floats([1], [])]);
  const product = emitter.emit('Mul', [x, ...shifted]);
  return emitter.emit('Mul', [...product, emitter.floats([0.5], [])], {}, { node });
}

const flag = (value: boolean) => ({ int: value ? 1 : 0 });

/** ONNX's word for "to the end" in Slice: the largest 64-bit integer that a number holds exactly. */
const END = Number.MAX_SAFE_INTEGER;

/** How each operation is said in ONNX (opset 18). */
export const lowerings: { readonly [Op in OpName]: Lowering<Op> } = {
  input: (_, node) => {
    throw new Error(`the input '${node.outputs[0]!.name}' is used but not listed among the program's inputs`);
  },
  constant: (emitter, node) => {
    const { shape } = node.outputs[0]!;
    return [emitter.floats(node.attributes.data, shape as number[])];
  },
  fill: (emitter, { attributes: { value, shape } }) =>
    emitter.root.emit(
      'ConstantOfShape',
      [emitter.shape(shape)],
      { value: { tensor: floatTensor(Float32Array.of(value), [1]) } },
      { outputs: ['fill'] },
    ),
  range: (emitter, { attributes: { size } }) => [emitter.range([size])],
  toFloat: simple('Cast', { to: { int: 1 } }),
  neg: simple('Neg'),
  exp: simple('Exp'),
  log: simple('Log'),
  sqrt: simple('Sqrt'),
  sin: simple('Sin'),
  cos: simple('Cos'),
  erf: simple('Erf'),
  tanh: simple('Tanh'),
  sigmoid: simple('Sigmoid'),
  relu: simple('Relu'),
  gelu: (emitter, node, inputs) =>
    emitter.options.standard
      ? standardGelu(emitter, node, inputs[0]!)
      : emitter.emit('Gelu', inputs, {}, { node, domain: 'com.microsoft' }),
  softplus: simple('Softplus'),
  isPositive: compare('Greater', (emitter) => emitter.floats([0], [])),
  equal: compare('Equal'),
  add: simple('Add'),
  sub: simple('Sub'),
  mul: simple('Mul'),
  div: simple('Div'),
  matmul: (emitter, node, inputs) => {
    const { transposeA, transposeB } = node.attributes;
    const isMatrix = node.outputs[0]!.shape.length === 2;
    if (isMatrix) return gemm(emitter, node, inputs, node);
    if (!transposeA && !transposeB) return product(emitter, 'MatMul', inputs, {}, { node });
    const { standard, device: forDevice } = emitter.options;
    if (!standard && !forDevice) {
      const flags = { transA: flag(transposeA), transB: flag(transposeB) };
      return product(emitter, 'FusedMatMul', inputs, flags, { node, domain: 'com.microsoft' });
    }
    const operands = inputs.map((name, i) =>
      [transposeA, transposeB][i] ? transposed(emitter, name, node.inputs[i]!) : name,
    );
    return product(emitter, 'MatMul', operands, {}, { node });
  },
  affine: (emitter, node, [x, ...parameters]) => {
    const { shape } = node.outputs[0]!;
    const matrix = asMatrix(emitter, x!, node.inputs[0]!);
    if (matrix === x) return product(emitter, 'Gemm', [x, ...parameters], {}, { node });
    const mapped = product(emitter, 'Gemm', [matrix, ...parameters])[0]!;
    return emitter.emit('Reshape', [mapped, emitter.shape(shape)], {}, { node });
  },
  convolution,
  convolutionMax,
  gatherWindows,
  scatterAddWindows,
  outerSum: (emitter, node, inputs) => {
    const matrices = inputs.map((name, i) => asMatrix(emitter, name, node.inputs[i]!));
    return product(emitter, 'Gemm', matrices, { transA: flag(true) }, { node });
  },
  sum: reduce('ReduceSum'),
  max: reduce('ReduceMax'),
  argMax: (emitter, node, inputs) => {
    const { axis } = node.attributes;
    return emitter.emit('ArgMax', inputs, { axis: { int: axis }, keepdims: { int: 0 } }, { node });
  },
  softmax: simple('Softmax', { axis: { int: -1 } }),
  logSoftmax: simple('LogSoftmax', { axis: { int: -1 } }),
  layerNorm: (emitter, node, inputs) =>
    emitter.emit('LayerNormalization', inputs, { epsilon: { float: node.attributes.epsilon } }, { node }),
  reshape: (emitter, node, [x]) => {
    const { shape } = node.attributes;
    const named = shape.filter((dim) => typeof dim === 'string').length;
    const target =
      named === 1
        ? emitter.ints(shape.map((dim) => (typeof dim === 'string' ? -1 : dim)))
        : emitter.shape(shape);
    return emitter.emit('Reshape', [x!, target], {}, { node });
  },
  broadcast: (emitter, node, [x]) =>
    emitter.emit('Expand', [x!, emitter.shape(node.attributes.shape)], {}, { node }),
  transpose: (emitter, node, inputs) =>
    emitter.emit('Transpose', inputs, { perm: { ints: node.attributes.permutation } }, { node }),
  concat: (emitter, node, inputs) =>
    emitter.emit('Concat', inputs, { axis: { int: node.attributes.axis } }, { node }),
  split: (emitter, node, [x]) => {
    const { axis, sizes } = node.attributes;
    return emitter.emit('Split', [x!, emitter.ints(sizes)], { axis: { int: axis } }, { node });
  },
  pad: (emitter, node, [x]) => {
    const { axis, before, after } = node.attributes;
    const operands = [x!, emitter.ints([before, after]), emitter.floats([0], []), emitter.ints([axis])];
    return emitter.emit('Pad', operands, {}, { node });
  },
  trim: (emitter, node, [x]) => {
    const { axis, before, after } = node.attributes;
    const ends = emitter.ints([after === 0 ? END : -after]);
    const operands = [x!, emitter.ints([before]), ends, emitter.ints([axis])];
    return emitter.emit('Slice', operands, {}, { node });
  },
  gatherRows: simple('Gather'),
  // onnxruntime's ScatterND adds whole rows, but repeated ones from several threads at once, of which it loses some.
  scatterAddRows: (emitter, node, [values, ids]) => {
    const { shape } = node.outputs[0]!;
    const [rowShape, idRank] = [node.inputs[0]!.shape, node.inputs[1]!.shape.length];
    const width = rowShape.slice(idRank);
    const flatValues = emitter.emit('Reshape', [values!, emitter.shape([-1, ...width])])[0]!;
    const column = emitter.emit('Reshape', [ids!, emitter.ints([-1, ...width.map(() => 1)])])[0]!;
    const zeros = emitter.options.device
      ? device.zeros(emitter, shape)
      : emitter.emit('ConstantOfShape', [emitter.shape(shape)])[0]!;
    const addition = { reduction: { string: 'add' } };
    // One id a row: of vectors, the column is just that.
    if (emitter.options.singleThread && width.length === 1)
      return emitter.emit('ScatterND', [zeros, column, flatValues], addition, { node });
    const flatIds = emitter.emit('Expand', [column, emitter.shape([1, ...width])])[0]!;
    const attributes = { axis: { int: 0 }, ...addition };
    return emitter.emit('ScatterElements', [zeros, flatIds, flatValues], attributes, { node });
  },
  window: (emitter, node, [row, start, end]) => {
    const cut = emitter.emit('Slice', [row!, start!, end!, emitter.indices([0])])[0]!;
    return emitter.emit('Reshape', [cut, emitter.shape(node.attributes.shape)], {}, { node });
  },
  scan: (emitter, node, inputs) => {
    const { body, reverse } = node.attributes;
    const inner = new EmitterClass(emitter);
    const bodyInputs = [...body.carries, ...body.slices].map((value, i) => {
      const name = emitter.freshName(value.name ?? `in${i}`);
      inner.bind(value, name);
      return emitter.valueInfo(name, value.shape, value.dtype);
    });
    const outerCount = bodyInputs.length;
    body.captured.forEach((value, i) => {
      inner.capture(value, inputs[outerCount + i]!);
    });
    const results = [...body.nextCarries, ...body.stacked];
    lowerNodes(inner, results);
    // Every output of a body needs a name of its own that one of the body's nodes made.
    const produced = new Set(inner.nodes.flatMap(({ output }) => output));
    const outputs = results.map((value) => {
      const name = inner.nameOf(value)!;
      return produced.delete(name)
        ? name
        : inner.emit('Identity', [name], {}, { outputs: [value.name ?? 'out'] })[0]!;
    });
    emitter.looped.push(...inner.nodes.map(({ name }) => name));
    const graph = create(GraphProtoSchema, {
      name: emitter.freshName('step'),
      node: inner.nodes,
      input: bodyInputs,
      output: outputs.map((name, i) => emitter.valueInfo(name, results[i]!.shape, 'float32')),
    });
    const direction = reverse ? 1 : 0;
    return emitter.emit(
      'Scan',
      inputs.slice(0, outerCount),
      {
        body: { graph },
        num_scan_inputs: { int: body.slices.length },
        scan_input_directions: { ints: body.slices.map(() => direction) },
        scan_output_directions: { ints: body.stacked.map(() => direction) },
      },
      { node },
    );
  },
};

/** What is said otherwise for a device. */
const deviceLowerings: { readonly [Op in OpName]?: Lowering<Op> } = {
  fill: device.fill,
  sin: device.sin,
  cos: device.cos,
  logSoftmax: device.logSoftmax,
  argMax: device.argMax,
};

/** Emits every node that the values depend on and that has no name yet. */
export function lowerNodes(emitter: Emitter, values: readonly Value[]): void {
  const order = topologicalOrder(values);
  const sums = sumsOfProducts(order, values);
  const products = new Set<Node>([...sums.values()].map(({ multiplied }) => multiplied));
  for (const node of order) {
    if (products.has(node) || node.outputs.every((output) => emitter.nameOf(output) !== undefined)) continue;
    // What has no inputs is a constant: the outermost graph holds it once for all.
    const home = node.inputs.length === 0 ? emitter.root : emitter;
    const sum = sums.get(node);
    const names = sum ? lowerSum(emitter, sum, node.outputs[0]!) : lowerNode(home, node);
    node.outputs.forEach((output, i) => {
      home.bind(output, names[i]!);
    });
  }
}

function lowerNode<Op extends OpName>(emitter: Emitter, node: Node<Op>): string[] {
  const inputs = node.inputs.map((input) => emitter.nameOf(input)!);
  const special = emitter.options.device ? deviceLowerings[node.op] : undefined;
  return (special ?? lowerings[node.op])(emitter, node, inputs);
}

interface SumOfProduct {
  readonly multiplied: Node<'matmul'>;
  readonly added: Value;
}

/** Additions to a matrix product that nothing else reads: both are one operation, which matters in loops. */
function sumsOfProducts(order: readonly Node[], results: readonly Value[]): Map<Node, SumOfProduct> {
  const uses = new Map<Value, number>();
  for (const value of [...order.flatMap(({ inputs }) => inputs), ...results])
    uses.set(value, (uses.get(value) ?? 0) + 1);
  const sums = new Map<Node, SumOfProduct>();
  for (const node of order) {
    if (node.op !== 'add') continue;
    const [a, b] = node.inputs as [Value, Value];
    for (const [multiplied, added] of [[b, a] as const, [a, b] as const]) {
      const { shape } = multiplied;
      const fits =
        shape.length === 2 && (sameShape(added.shape, shape) || sameShape(added.shape, shape.slice(1)));
      if (multiplied.node.op !== 'matmul' || uses.get(multiplied) !== 1 || !fits) continue;
      sums.set(node, { multiplied: multiplied.node as Node<'matmul'>, added });
      break;
    }
  }
  return sums;
}

function lowerSum(emitter: Emitter, { multiplied, added }: SumOfProduct, { node }: Value): string[] {
  const operands = [...multiplied.inputs, added].map((input) => emitter.nameOf(input)!);
  return gemm(emitter, multiplied, operands, node);
}

/** The product of two matrices, and perhaps what is added to it, as the outputs of `node`. */
function gemm(
  emitter: Emitter,
  { attributes: { transposeA, transposeB } }: Node<'matmul'>,
  [a, b, ...added]: readonly string[],
  node: Node,
): string[] {
  // With few rows on the left, onnxruntime takes 15 % less time for a right matrix that is transposed; a loop's weight
  // is transposed once for all steps.
  const transposed = transposeB ? undefined : emitter.transposedOnce(b!);
  const isPlain = !transposeA && !transposeB && !transposed && added.length === 0;
  if (isPlain) return product(emitter, 'MatMul', [a!, b!], {}, { node });
  const flags = { transA: flag(transposeA), transB: flag(transposeB || transposed !== undefined) };
  return product(emitter, 'Gemm', [a!, transposed ?? b!, ...added], flags, { node });
}
