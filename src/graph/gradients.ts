import {
  add,
  argMax,
  broadcast,
  concat,
  convolution,
  cos,
  div,
  equal,
  erf,
  exp,
  fill,
  gatherRows,
  gatherWindows,
  isPositive,
  layerNorm,
  matmul,
  mul,
  neg,
  outerSum,
  pad,
  reshape,
  scatterAddRows,
  scatterAddWindows,
  sigmoid,
  sin,
  split,
  sub,
  sum,
  transpose,
  trim,
} from './build';
import type { Attributes, Node, OpName, Value } from './ops';
import { type Differentiate, scanGradient } from './scan-gradient';
import { type Dim, normalizeAxis, type Shape } from './shape';

export interface RuleInput<Op extends OpName> {
  readonly node: Node<Op>;
  readonly attributes: Attributes[Op];
  readonly inputs: readonly Value[];
  /** The node's first output, and its gradient. */
  readonly y: Value;
  readonly g: Value;
  /** For operations with several outputs: the gradient of each, where there is one. */
  readonly gradients: readonly (Value | undefined)[];
  /** Which inputs' gradients are asked for; the others' need not be built. */
  readonly wanted: readonly boolean[];
  readonly differentiate: Differentiate;
}

/** `zero`: the output does not change with the input (masks, integers). */
type Rule<Op extends OpName> = ((rule: RuleInput<Op>) => readonly (Value | undefined)[]) | 'zero';

/** The axes that a reduction dropped, put back with size 1, so that a gradient broadcasts again. */
function keptShape(x: Value, axes: readonly number[]): Shape {
  return x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

/**
 * The gradient of every operation: given dL/dy, each rule says dL/dx for each input, before
 * broadcasting is undone (the walk does that once for all). Factors that do not depend on
 * dL/dy are grouped, so that a scan can compute them outside its loop.
 */
export const gradientRules: { readonly [Op in OpName]: Rule<Op> } = {
  input: 'zero',
  constant: 'zero',
  fill: 'zero',
  range: 'zero',
  toFloat: 'zero',
  // y = -x
  neg: ({ g }) => [neg(g)],
  // y = e^x, dy = y
  exp: ({ y, g }) => [mul(g, y)],
  // y = ln x, dy = 1 / x
  log: ({ inputs: [x], g }) => [div(g, x!)],
  // y = sqrt x, dy = 1 / 2y
  sqrt: ({ y, g }) => [div(g, mul(y, 2))],
  sin: ({ inputs: [x], g }) => [mul(g, cos(x!))],
  cos: ({ inputs: [x], g }) => [mul(g, neg(sin(x!)))],
  // dy = 2 / sqrt pi e^(-x^2)
  erf: ({ inputs: [x], g }) => [mul(g, mul(exp(neg(mul(x!, x!))), 2 / Math.sqrt(Math.PI)))],
  // dy = 1 - y^2
  tanh: ({ y, g }) => [mul(g, sub(1, mul(y, y)))],
  // dy = y (1 - y)
  sigmoid: ({ y, g }) => [mul(g, mul(y, sub(1, y)))],
  relu: ({ inputs: [x], g }) => [mul(g, isPositive(x!))],
  // y = x P(x), dy = P(x) + x p(x), with the normal distribution's P and its density p
  gelu: ({ inputs: [x], g }) => {
    const distribution = add(mul(erf(mul(x!, Math.SQRT1_2)), 0.5), 0.5);
    const density = mul(exp(mul(mul(x!, x!), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(g, add(distribution, mul(x!, density)))];
  },
  // y = ln(1 + e^x), dy = sigmoid x
  softplus: ({ inputs: [x], g }) => [mul(g, sigmoid(x!))],
  isPositive: 'zero',
  equal: 'zero',
  add: ({ g }) => [g, g],
  sub: ({ g }) => [g, neg(g)],
  mul: ({ inputs: [a, b], g }) => [mul(g, b!), mul(g, a!)],
  // y = a / b, dy/db = -a / b^2 = -y / b
  div: ({ inputs: [, b], y, g }) => [div(g, b!), mul(g, neg(div(y, b!)))],
  // Y = A B: dA = G B', dB = A' G (and the same with A or B transposed)
  matmul: ({ inputs: [a, b], attributes: { transposeA, transposeB }, g }) => {
    const da = transposeA
      ? matmul(b!, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b!, { transposeB: !transposeB });
    // A matrix that serves all leading axes: one sum of outer products, which a scan takes out of its loop.
    if (b!.shape.length === 2 && !transposeA) return [da, transposeB ? outerSum(g, a!) : outerSum(a!, g)];
    const db = transposeB
      ? matmul(g, a!, { transposeA: true, transposeB: transposeA })
      : matmul(a!, g, { transposeA: !transposeA });
    return [da, db];
  },
  affine: ({ inputs: [x, weight], g }) => [matmul(g, weight!, { transposeB: true }), outerSum(x!, g), g],
  // y_t = sum_o x_(t+o) W_o: dx_t = sum_o g_(t-o) W_o', a convolution by the weights in opposite order
  convolution: ({ inputs: [x, weight], attributes: { width, before }, node, g }) => {
    const [features, filters] = [x!, g].map(({ shape }) => shape.at(-1) as number) as [number, number];
    const steps = reshape(weight!, [width, features, filters]);
    const reversed = concat([...split(steps, 0, Array<number>(width).fill(1))].reverse(), 0);
    const turned = reshape(transpose(reversed, [0, 2, 1]), [width * filters, features]);
    const dx = convolution(g, turned, fill(0, [features]), { width, before: width - 1 - before });
    return [dx, outerSum(node.outputs[1]!, g), g];
  },
  // y_bf = w_f' x_b(t) + bias_f at the time t where that is largest: of all windows only these have a gradient
  convolutionMax: ({ inputs: [x, weight], attributes: window, node, g }) => {
    const [[time, batch], [size, filters]] = [x!.shape as [Dim, Dim], weight!.shape as [number, number]];
    const at = transpose(argMax(node.outputs[1]!, 0), [1, 0]);
    const byFilter = transpose(g, [1, 0]);
    const dWeight = matmul(reshape(byFilter, [filters, 1, batch]), gatherWindows(x!, at, window));
    const ofFilters = reshape(transpose(weight!, [1, 0]), [filters, 1, size]);
    const dWindows = mul(reshape(byFilter, [filters, batch, 1]), ofFilters);
    return [
      scatterAddWindows(dWindows, at, { ...window, time }),
      transpose(reshape(dWeight, [filters, size]), [1, 0]),
      g,
      undefined,
    ];
  },
  gatherWindows: ({ inputs: [x, at], attributes: window, g }) => [
    scatterAddWindows(g, at!, { ...window, time: x!.shape[0]! }),
    undefined,
  ],
  scatterAddWindows: ({ inputs: [, at], attributes: { width, before }, g }) => [
    gatherWindows(g, at!, { width, before }),
    undefined,
  ],
  // Y = sum_i a_i b_i': da_i = Y_grad b_i, db_i = Y_grad' a_i
  outerSum: ({ inputs: [a, b], g }) => [matmul(b!, g, { transposeB: true }), matmul(a!, g)],
  sum: ({ inputs: [x], attributes: { axes }, g }) => [broadcast(reshape(g, keptShape(x!, axes)), x!.shape)],
  // Equal maxima share the gradient evenly, as in torch.amax.
  max: ({ inputs: [x], attributes: { axes }, y, g }) => {
    const kept = keptShape(x!, axes);
    const isMax = equal(x!, reshape(y, kept));
    return [mul(isMax, div(reshape(g, kept), sum(isMax, axes, true)))];
  },
  argMax: 'zero',
  // dx = y (g - <g, y>)
  softmax: ({ y, g }) => [mul(y, sub(g, sum(mul(g, y), [-1], true)))],
  // y = x - ln sum e^x, dx = g - softmax(x) sum g
  logSoftmax: ({ y, g }) => [sub(g, mul(exp(y), sum(g, [-1], true)))],
  // z = (x - m) s, y = z w + b: dz = g w, dx = s (dz - mean dz - z mean dz z)
  layerNorm: ({ inputs: [x, weight], attributes: { epsilon }, node, g }) => {
    const inverse = node.outputs[2];
    const size = x!.shape.at(-1) as number;
    // Once more by one operation, which is faster than to take x, m and s together again.
    const z = layerNorm(x!, fill(1, [size]), fill(0, [size]), epsilon);
    const gz = mul(g, z);
    // The mean of dz = g w is a product with w / n.
    const column = reshape(div(weight!, size), [size, 1]);
    const centred = sub(sub(mul(g, weight!), matmul(g, column)), mul(z, matmul(gz, column)));
    return [mul(centred, inverse!), gz, g];
  },
  reshape: ({ inputs: [x], g }) => [reshape(g, x!.shape)],
  broadcast: ({ g }) => [g],
  transpose: ({ attributes: { permutation }, g }) => [
    transpose(
      g,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  concat: ({ inputs, attributes: { axis }, g }) =>
    split(
      g,
      axis,
      inputs.map(({ shape }) => shape[normalizeAxis(axis, shape.length)] as number),
    ),
  split: ({ node, attributes: { axis }, gradients }) => [
    concat(
      node.outputs.map((y, i) => gradients[i] ?? fill(0, y.shape)),
      axis,
    ),
  ],
  pad: ({ attributes: { axis, before, after }, g }) => [trim(g, axis, before, after)],
  trim: ({ attributes: { axis, before, after }, g }) => [pad(g, axis, before, after)],
  gatherRows: ({ inputs: [table, ids], g }) => [scatterAddRows(g, ids!, table!.shape[0]!), undefined],
  scatterAddRows: ({ inputs: [, ids], g }) => [gatherRows(g, ids!), undefined],
  window: 'zero',
  scan: ({ node, gradients, wanted, differentiate }) => scanGradient(node, gradients, wanted, differentiate),
};
