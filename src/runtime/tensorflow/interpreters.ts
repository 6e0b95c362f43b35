import type { Node, OpName } from '../../graph/ops';
import { normalizeAxis } from '../../graph/shape';
import type { Sizes } from '../sizes';
import { asRows, gatherRows, scatterAddRows } from './rows';
import type { Tf, TfTensor } from './tf';
import { convolution, convolutionMax, gatherWindows, scatterAddWindows } from './windows';

/**
 * Computes one operation: new tensors, never one of the inputs. What it makes besides is disposed of by whoever calls it.
 */
type Interpreter<Op extends OpName> = (
  tf: Tf,
  node: Node<Op>,
  inputs: readonly TfTensor[],
  sizes: Sizes,
) => TfTensor[];

type Elementwise =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'sin'
  | 'cos'
  | 'erf'
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'softplus';

const unary =
  (name: Elementwise) =>
  (tf: Tf, _: Node, [x]: readonly TfTensor[]) => [tf[name](x!)];

const binary =
  (name: 'add' | 'sub' | 'mul' | 'div') =>
  (tf: Tf, _: Node, [a, b]: readonly TfTensor[]) => [tf[name](a!, b!)];

const reduction =
  (name: 'sum' | 'max') =>
  (tf: Tf, { attributes: { axes, keepDims } }: Node<'sum' | 'max'>, [x]: readonly TfTensor[]) => [
    tf[name](x!, [...axes], keepDims),
  ];

const floats = (tf: Tf, mask: TfTensor) => tf.cast(mask, 'float32');

/** How each operation is said in TensorFlow.js. A scan runs a plan of its own: see interpret.ts. */
export const interpreters: { readonly [Op in Exclude<OpName, 'scan'>]: Interpreter<Op> } = {
  input: (_, node) => {
    throw new Error(`the input '${node.outputs[0]!.name}' is used but not listed among the program's inputs`);
  },
  constant: (tf, { attributes, outputs }, _, sizes) => [
    tf.tensor(Float32Array.from(attributes.data), sizes.shape(outputs[0]!.shape)),
  ],
  fill: (tf, { attributes: { value, shape } }, _, sizes) => [tf.fill(sizes.shape(shape), value, 'float32')],
  range: (tf, { attributes: { size } }, _, sizes) => [tf.range(0, sizes.of(size), 1, 'int32')],
  toFloat: (tf, _, [x]) => [floats(tf, x!)],
  neg: unary('neg'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  sin: unary('sin'),
  cos: unary('cos'),
  erf: unary('erf'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  relu: unary('relu'),
  gelu: (tf, _, [x]) => [tf.mul(tf.mul(x!, 0.5), tf.add(tf.erf(tf.mul(x!, Math.SQRT1_2)), 1))],
  softplus: unary('softplus'),
  isPositive: (tf, _, [x]) => [floats(tf, tf.greater(x!, 0))],
  equal: (tf, _, [a, b]) => [floats(tf, tf.equal(a!, b!))],
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  matmul: (tf, node, [a, b], sizes) => {
    const { transposeA, transposeB } = node.attributes;
    // One matrix for all leading axes: a single large product, where they are many small ones otherwise.
    if (b!.rank > 2 || transposeA) return [tf.matMul(a!, b!, transposeA, transposeB)];
    return [
      tf.reshape(tf.matMul(asRows(tf, a!), b!, false, transposeB), sizes.shape(node.outputs[0]!.shape)),
    ];
  },
  affine: (tf, node, [x, weight, bias], sizes) => {
    const product = tf.add(tf.matMul(asRows(tf, x!), weight!), bias!);
    return [tf.reshape(product, sizes.shape(node.outputs[0]!.shape))];
  },
  convolution: (tf, { attributes }, inputs) => convolution(tf, attributes, inputs),
  convolutionMax: (tf, { attributes }, inputs) => convolutionMax(tf, attributes, inputs),
  gatherWindows: (tf, { attributes }, inputs) => [gatherWindows(tf, attributes, inputs)],
  scatterAddWindows: (tf, { attributes, outputs }, inputs, sizes) => [
    scatterAddWindows(tf, attributes, inputs, sizes.shape(outputs[0]!.shape)),
  ],
  outerSum: (tf, _, [a, b]) => [tf.matMul(asRows(tf, a!), asRows(tf, b!), true)],
  sum: reduction('sum'),
  max: reduction('max'),
  argMax: (tf, { attributes: { axis } }, [x]) => [tf.argMax(x!, axis)],
  softmax: (tf, _, [x]) => [tf.softmax(x!)],
  logSoftmax: (tf, _, [x]) => {
    const shifted = tf.sub(x!, tf.max(x!, -1, true));
    return [tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)))];
  },
  layerNorm: (tf, { attributes: { epsilon } }, [x, weight, bias]) => {
    const mean = tf.mean(x!, -1, true);
    const centred = tf.sub(x!, mean);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    return [tf.add(tf.mul(tf.mul(centred, inverse), weight!), bias!), mean, inverse];
  },
  reshape: (tf, { attributes: { shape } }, [x], sizes) => [tf.reshape(x!, sizes.shape(shape))],
  broadcast: (tf, { attributes: { shape } }, [x], sizes) => [tf.broadcastTo(x!, sizes.shape(shape))],
  transpose: (tf, { attributes: { permutation } }, [x]) => [tf.transpose(x!, [...permutation])],
  concat: (tf, { attributes: { axis } }, inputs) => [
    tf.concat([...inputs], normalizeAxis(axis, inputs[0]!.rank)),
  ],
  split: (tf, { attributes: { axis, sizes } }, [x]) => tf.split(x!, [...sizes], normalizeAxis(axis, x!.rank)),
  pad: (tf, { attributes: { axis, before, after } }, [x]) => {
    const at = normalizeAxis(axis, x!.rank);
    return [
      tf.pad(
        x!,
        x!.shape.map((_, i): [number, number] => (i === at ? [before, after] : [0, 0])),
      ),
    ];
  },
  trim: (tf, { attributes: { axis, before, after } }, [x]) => {
    const at = normalizeAxis(axis, x!.rank);
    const begin = x!.shape.map((_, i) => (i === at ? before : 0));
    return [
      tf.slice(
        x!,
        begin,
        x!.shape.map((size, i) => (i === at ? size - before - after : size)),
      ),
    ];
  },
  gatherRows: (tf, _, [table, ids]) => [gatherRows(tf, table!, ids!)],
  scatterAddRows: (tf, { attributes: { rows } }, [values, ids], sizes) => [
    scatterAddRows(tf, values!, ids!, sizes.of(rows)),
  ],
  // Where a window begins is fed by the host, which has it still: nothing is read back from a device.
  window: (tf, { attributes }, [row, start], sizes) => {
    const shape = sizes.shape(attributes.shape);
    const count = shape.reduce((product, size) => product * size, 1);
    return [tf.reshape(tf.slice(row!, [start!.dataSync()[0]!], [count]), shape)];
  },
};
