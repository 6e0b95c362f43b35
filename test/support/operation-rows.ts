import * as g from '../../src/graph/build';
import type { OpName, Value } from '../../src/graph/ops';
import type { Program } from '../../src/graph/program';
import { scan } from '../../src/graph/scan';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { intTensor } from './run';

/** One use of an operation, with results that were worked out by hand. */
export interface OperationRow {
  readonly inputs?: Readonly<Record<string, Tensor>>;
  /** Sizes of the inputs that the graph shall not know: the named axes of each input. */
  readonly named?: Readonly<Record<string, Readonly<Record<number, string>>>>;
  readonly build: (inputs: Readonly<Record<string, Value>>) => Value | readonly Value[];
  /** Worked out by hand: shape and data of each result. */
  readonly expected: readonly (readonly [shape: readonly number[], data: readonly number[]])[];
}

const f = floatTensor;
const row3 = f([3], [-1, 0, 2]);

const elementwise = (build: (x: Value) => Value, expected: (x: number) => number): OperationRow => ({
  inputs: { x: row3 },
  build: ({ x }) => build(x!),
  expected: [[[3], [-1, 0, 2].map(expected)]],
});

/** `[2, 1]` against `[3]`: both operands are repeated. */
const pairwise = (
  build: (a: Value, b: Value) => Value,
  expected: (a: number, b: number) => number,
): OperationRow => ({
  inputs: { a: f([2, 1], [4, -3]), b: f([3], [1, -3, 2]) },
  build: ({ a, b }) => build(a!, b!),
  expected: [[[2, 3], [4, -3].flatMap((a) => [1, -3, 2].map((b) => expected(a, b)))]],
});

const counting = (shape: readonly number[]) =>
  f(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
  );

const batched = (transposeA: boolean, transposeB: boolean): OperationRow => {
  // Two products of [1 2; 3 4] and [5 6; 7 8]; the second pair is the first, negated and doubled.
  const [a, b] = [transposeA ? [1, 3, 2, 4] : [1, 2, 3, 4], transposeB ? [5, 7, 6, 8] : [5, 6, 7, 8]];
  return {
    inputs: {
      a: f([2, 2, 2], [...a, ...a.map((value) => -value)]),
      b: f([2, 2, 2], [...b, ...b.map((value) => 2 * value)]),
    },
    build: (inputs) => g.matmul(inputs.a!, inputs.b!, { transposeA, transposeB }),
    expected: [
      [
        [2, 2, 2],
        [19, 22, 43, 50, -38, -44, -86, -100],
      ],
    ],
  };
};

const matrices = (transposeA: boolean, transposeB: boolean): OperationRow => ({
  inputs: {
    a: transposeA ? f([3, 2], [1, 4, 2, 5, 3, 6]) : f([2, 3], [1, 2, 3, 4, 5, 6]),
    b: transposeB ? f([1, 3], [1, 0, -2]) : f([3, 1], [1, 0, -2]),
  },
  build: ({ a, b }) => g.matmul(a!, b!, { transposeA, transposeB }),
  expected: [
    [
      [2, 1],
      [-5, -8],
    ],
  ],
});

/** Running sums of x times a captured factor, with the state before each step as a second result. */
const runningSum = (reverse: boolean, expected: OperationRow['expected']): OperationRow => ({
  inputs: { x: f([3, 2], [1, 10, 2, 20, 3, 30]), start: f([2], [100, 0]), factor: f([], [2]) },
  named: { x: { 0: 'time' } },
  build: ({ x, start, factor }) => {
    const { carries, stacked } = scan({
      initial: [start!],
      sequences: [x!],
      captured: [factor!],
      reverse,
      step: ([sum], [xt], [times]) => {
        const next = g.add(sum!, g.mul(xt!, times!));
        return { carries: [next], stacked: [next, sum!, g.constant(5), times!, next] };
      },
    });
    return [...carries, ...stacked];
  },
  expected,
});

/** At least one for each operation: whatever executes programs must give the same. */
export const operationRows: { readonly [Op in OpName]: readonly OperationRow[] } = {
  input: [{ inputs: { x: row3 }, build: ({ x }) => x!, expected: [[[3], [-1, 0, 2]]] }],
  constant: [
    { build: () => g.constant(2.5), expected: [[[], [2.5]]] },
    {
      build: () => g.constant([1, 2, 3, 4], [2, 2]),
      expected: [
        [
          [2, 2],
          [1, 2, 3, 4],
        ],
      ],
    },
    // Equal numbers of other shapes are other constants.
    {
      build: () => [g.constant([7], [1]), g.constant(7), g.constant([7], [1, 1])],
      expected: [
        [[1], [7]],
        [[], [7]],
        [[1, 1], [7]],
      ],
    },
  ],
  fill: [
    {
      build: () => g.fill(1.5, [2, 1]),
      expected: [
        [
          [2, 1],
          [1.5, 1.5],
        ],
      ],
    },
    {
      inputs: { x: counting([3, 2]) },
      named: { x: { 0: 'n', 1: 'm' } },
      build: () => [g.fill(1, ['m', 1, 'n']), g.fill(2, ['n'])],
      expected: [
        [
          [2, 1, 3],
          [1, 1, 1, 1, 1, 1],
        ],
        [[3], [2, 2, 2]],
      ],
    },
  ],
  range: [
    { build: () => g.toFloat(g.range(4)), expected: [[[4], [0, 1, 2, 3]]] },
    {
      inputs: { x: counting([3, 2]) },
      named: { x: { 0: 'n', 1: 'm' } },
      build: () => [g.toFloat(g.range('n')), g.toFloat(g.range('m')), g.toFloat(g.range('n+1'))],
      expected: [
        [[3], [0, 1, 2]],
        [[2], [0, 1]],
        [[4], [0, 1, 2, 3]],
      ],
    },
  ],
  toFloat: [
    {
      inputs: { ids: intTensor([2], [3, -4]) },
      build: ({ ids }) => g.toFloat(ids!),
      expected: [[[2], [3, -4]]],
    },
  ],
  neg: [elementwise(g.neg, (x) => -x)],
  exp: [elementwise(g.exp, Math.exp)],
  log: [{ inputs: { x: f([2], [1, 8]) }, build: ({ x }) => g.log(x!), expected: [[[2], [0, Math.log(8)]]] }],
  sqrt: [{ inputs: { x: f([2], [0, 9]) }, build: ({ x }) => g.sqrt(x!), expected: [[[2], [0, 3]]] }],
  sin: [elementwise(g.sin, Math.sin)],
  cos: [elementwise(g.cos, Math.cos)],
  // Of Abramowitz and Stegun's table 7.1.
  erf: [
    {
      inputs: { x: f([3], [-0.5, 0, 1]) },
      build: ({ x }) => g.erf(x!),
      expected: [[[3], [-0.5204998778, 0, 0.8427007929]]],
    },
  ],
  tanh: [elementwise(g.tanh, Math.tanh)],
  sigmoid: [elementwise(g.sigmoid, (x) => 1 / (1 + Math.exp(-x)))],
  relu: [elementwise(g.relu, (x) => Math.max(0, x))],
  // x times the share of a normal distribution below x: 0.5, 0.8413447461 and 0.0227501319.
  gelu: [
    {
      inputs: { x: f([4], [0, 1, -2, 30]) },
      build: ({ x }) => g.gelu(x!),
      expected: [[[4], [0, 0.8413447461, -0.0455002639, 30]]],
    },
  ],
  softplus: [
    elementwise(g.softplus, (x) => Math.log1p(Math.exp(x))),
    { inputs: { x: f([2], [1e4, -1e4]) }, build: ({ x }) => g.softplus(x!), expected: [[[2], [1e4, 0]]] },
  ],
  isPositive: [elementwise(g.isPositive, (x) => (x > 0 ? 1 : 0))],
  equal: [pairwise(g.equal, (a, b) => (a === b ? 1 : 0))],
  add: [
    pairwise(g.add, (a, b) => a + b),
    elementwise(
      (x) => g.add(x, 3),
      (x) => x + 3,
    ),
  ],
  sub: [
    pairwise(g.sub, (a, b) => a - b),
    elementwise(
      (x) => g.sub(1, x),
      (x) => 1 - x,
    ),
  ],
  mul: [pairwise(g.mul, (a, b) => a * b)],
  div: [pairwise(g.div, (a, b) => a / b)],
  matmul: [
    matrices(false, false),
    matrices(true, false),
    matrices(false, true),
    matrices(true, true),
    batched(false, false),
    batched(true, false),
    batched(false, true),
    batched(true, true),
    // One matrix for all leading axes.
    {
      inputs: { a: counting([2, 1, 2]), b: f([2, 2], [1, 0, 1, -1]) },
      named: { a: { 0: 'time', 1: 'batch' } },
      build: ({ a, b }) => g.matmul(a!, b!),
      expected: [
        [
          [2, 1, 2],
          [3, -2, 7, -4],
        ],
      ],
    },
    {
      inputs: { a: counting([2, 1, 2]), b: f([2, 2], [1, 1, 0, -1]) },
      build: ({ a, b }) => g.matmul(a!, b!, { transposeB: true }),
      expected: [
        [
          [2, 1, 2],
          [3, -2, 7, -4],
        ],
      ],
    },
  ],
  affine: [
    {
      inputs: { x: f([2, 2], [1, 2, 3, 4]), weight: f([2, 1], [10, 1]), bias: f([1], [-5]) },
      build: ({ x, weight, bias }) => g.affine(x!, weight!, bias!),
      expected: [
        [
          [2, 1],
          [7, 29],
        ],
      ],
    },
    {
      inputs: { x: counting([2, 1, 2]), weight: f([2, 2], [1, 0, 1, -1]), bias: f([2], [10, 20]) },
      named: { x: { 0: 'time', 1: 'batch' } },
      build: ({ x, weight, bias }) => g.affine(x!, weight!, bias!),
      expected: [
        [
          [2, 1, 2],
          [13, 18, 17, 16],
        ],
      ],
    },
  ],
  convolution: [
    {
      // Two texts of three tokens, 1 2 3 and 10 20 30; a filter that sees the token before and two more.
      inputs: {
        x: f([3, 2, 1], [1, 10, 2, 20, 3, 30]),
        weight: f([3, 1], [100, 10, 1]),
        bias: f([1], [0.5]),
      },
      named: { x: { 0: 'time', 1: 'batch' } },
      build: ({ x, weight, bias }) => g.convolution(x!, weight!, bias!, { width: 3, before: 1 }).node.outputs,
      expected: [
        [
          [3, 2, 1],
          [12.5, 120.5, 123.5, 1230.5, 230.5, 2300.5],
        ],
        [
          [3, 2, 3],
          [0, 1, 2, 0, 10, 20, 1, 2, 3, 10, 20, 30, 2, 3, 0, 20, 30, 0],
        ],
      ],
    },
    {
      // Two features; the window begins at the token itself and is longer than the text.
      inputs: { x: f([1, 1, 2], [3, 5]), weight: f([6, 1], [1, 10, 7, 7, 7, 7]), bias: f([1], [0]) },
      build: ({ x, weight, bias }) => g.convolution(x!, weight!, bias!, { width: 3, before: 0 }),
      expected: [[[1, 1, 1], [53]]],
    },
  ],
  convolutionMax: [
    {
      // The same texts; the first one ends before its last token. The second filter is the negated sum.
      inputs: {
        x: f([3, 2, 1], [1, 10, 2, 20, 3, 30]),
        weight: f([3, 2], [100, -1, 10, -1, 1, -1]),
        bias: f([2], [0.5, 1]),
        mask: f([3, 2, 1], [1, 1, 1, 1, 0, 1]),
      },
      named: { x: { 0: 'time', 1: 'batch' }, mask: { 0: 'time', 1: 'batch' } },
      build: ({ x, weight, bias, mask }) =>
        g.convolutionMax(x!, weight!, bias!, mask!, { width: 3, before: 1 }).node.outputs,
      expected: [
        [
          [2, 2],
          [123.5, -2, 2300.5, -29],
        ],
        [
          [3, 2, 2],
          [12, -3, 120, -30, 123, -6, 1230, -60, -1e30, -1e30, 2300, -50],
        ],
      ],
    },
    {
      // Two features, and a window that is longer than the text.
      inputs: { x: f([1, 1, 2], [3, 5]), weight: f([6, 1], [1, 10, 7, 7, 7, 7]), bias: f([1], [0]) },
      build: ({ x, weight, bias }) =>
        g.convolutionMax(x!, weight!, bias!, g.fill(1, [1, 1, 1]), { width: 3, before: 0 }),
      expected: [[[1, 1], [53]]],
    },
  ],
  gatherWindows: [
    {
      inputs: { x: f([3, 2, 1], [1, 10, 2, 20, 3, 30]), at: intTensor([2, 2], [0, 2, 1, 0]) },
      named: { x: { 0: 'time', 1: 'batch' }, at: { 1: 'batch' } },
      build: ({ x, at }) => g.gatherWindows(x!, at!, { width: 3, before: 1 }),
      expected: [
        [
          [2, 2, 3],
          [0, 1, 2, 20, 30, 0, 1, 2, 3, 0, 10, 20],
        ],
      ],
    },
    {
      inputs: { x: f([1, 1, 2], [3, 5]), at: intTensor([1, 1], [0]) },
      build: ({ x, at }) => g.gatherWindows(x!, at!, { width: 2, before: 0 }),
      expected: [
        [
          [1, 1, 4],
          [3, 5, 0, 0],
        ],
      ],
    },
  ],
  scatterAddWindows: [
    {
      // At 0: nothing, 2, 3; at 1: 4, 5, and what is beyond the end.
      inputs: { values: f([2, 1, 3], [1, 2, 3, 4, 5, 6]), at: intTensor([2, 1], [0, 1]) },
      build: ({ values, at }) => g.scatterAddWindows(values!, at!, { width: 3, before: 1, time: 2 }),
      expected: [
        [
          [2, 1, 1],
          [6, 8],
        ],
      ],
    },
    {
      inputs: {
        values: counting([2, 2, 2]),
        at: intTensor([2, 2], [1, 0, 1, 0]),
        x: f([2, 2], [0, 0, 0, 0]),
      },
      named: { values: { 1: 'batch' }, at: { 1: 'batch' }, x: { 0: 'time', 1: 'batch' } },
      build: ({ values, at }) => g.scatterAddWindows(values!, at!, { width: 1, before: 0, time: 'time' }),
      expected: [
        [
          [2, 2, 2],
          [0, 0, 10, 12, 6, 8, 0, 0],
        ],
      ],
    },
  ],
  outerSum: [
    {
      inputs: { a: f([2, 2], [1, 2, 3, 4]), b: f([2, 1], [10, 1]) },
      build: ({ a, b }) => g.outerSum(a!, b!),
      expected: [
        [
          [2, 1],
          [13, 24],
        ],
      ],
    },
    {
      inputs: { a: f([2, 2, 1], [1, 2, 3, 4]), b: f([2, 2, 2], [1, 0, 0, 1, 1, 0, 0, 1]) },
      named: { a: { 0: 'time', 1: 'batch' }, b: { 0: 'time', 1: 'batch' } },
      build: ({ a, b }) => g.outerSum(a!, b!),
      expected: [
        [
          [1, 2],
          [4, 6],
        ],
      ],
    },
  ],
  sum: [
    {
      inputs: { x: counting([2, 3]) },
      build: ({ x }) => [g.sum(x!, [0]), g.sum(x!, [-1], true), g.sum(x!, [0, 1]), g.sum(x!, [])],
      expected: [
        [[3], [5, 7, 9]],
        [
          [2, 1],
          [6, 15],
        ],
        [[], [21]],
        [
          [2, 3],
          [1, 2, 3, 4, 5, 6],
        ],
      ],
    },
  ],
  max: [
    {
      inputs: { x: f([2, 3], [-1, -5, -3, -4, -2, -6]) },
      build: ({ x }) => [g.max(x!, [0]), g.max(x!, [-1], true)],
      expected: [
        [[3], [-1, -2, -3]],
        [
          [2, 1],
          [-1, -2],
        ],
      ],
    },
  ],
  argMax: [
    {
      // Of equal values the first.
      inputs: { x: f([2, 3], [1, 7, 7, 4, 4, -1]) },
      named: { x: { 0: 'n' } },
      build: ({ x }) => [g.toFloat(g.argMax(x!, -1)), g.toFloat(g.argMax(x!, 0))],
      expected: [
        [[2], [1, 0]],
        [[3], [1, 0, 0]],
      ],
    },
  ],
  softmax: [
    {
      inputs: { x: f([2, 2], [0, Math.log(3), 1000, -1e30]) },
      build: ({ x }) => g.softmax(x!),
      expected: [
        [
          [2, 2],
          [0.25, 0.75, 1, 0],
        ],
      ],
    },
  ],
  logSoftmax: [
    {
      inputs: { x: f([2, 2], [0, 0, 1000, 999]) },
      build: ({ x }) => g.logSoftmax(x!),
      expected: [
        [
          [2, 2],
          [-Math.LN2, -Math.LN2, -Math.log1p(Math.exp(-1)), -1 - Math.log1p(Math.exp(-1))],
        ],
      ],
    },
  ],
  // Means 2 and 0, variances 4 and 0, to which epsilon adds 5.
  layerNorm: [
    {
      inputs: { x: f([2, 2], [0, 4, 0, 0]), weight: f([2], [3, 6]), bias: f([2], [1, 0]) },
      named: { x: { 0: 'n' } },
      build: ({ x, weight, bias }) => g.layerNorm(x!, weight!, bias!, 5).node.outputs,
      expected: [
        [
          [2, 2],
          [-1, 4, 1, 0],
        ],
        [
          [2, 1],
          [2, 0],
        ],
        [
          [2, 1],
          [1 / 3, 1 / Math.sqrt(5)],
        ],
      ],
    },
  ],
  reshape: [
    {
      inputs: { x: counting([2, 3]) },
      named: { x: { 0: 'n' } },
      build: ({ x }) => [g.reshape(x!, [3, 'n']), g.reshape(x!, [1, 'n', 3, 1])],
      expected: [
        [
          [3, 2],
          [1, 2, 3, 4, 5, 6],
        ],
        [
          [1, 2, 3, 1],
          [1, 2, 3, 4, 5, 6],
        ],
      ],
    },
    {
      inputs: { x: counting([2, 3]) },
      named: { x: { 0: 'n', 1: 'm' } },
      build: ({ x }) => g.reshape(x!, ['m', 1, 'n']),
      expected: [
        [
          [3, 1, 2],
          [1, 2, 3, 4, 5, 6],
        ],
      ],
    },
  ],
  broadcast: [
    {
      inputs: { x: f([2, 1], [1, 2]), like: counting([2, 2]) },
      named: { like: { 1: 'n' } },
      build: ({ x }) => [g.broadcast(x!, [2, 3]), g.broadcast(x!, [1, 2, 'n'])],
      expected: [
        [
          [2, 3],
          [1, 1, 1, 2, 2, 2],
        ],
        [
          [1, 2, 2],
          [1, 1, 2, 2],
        ],
      ],
    },
  ],
  transpose: [
    {
      inputs: { x: counting([1, 2, 3]), ids: intTensor([2, 2], [1, 2, 3, 4]) },
      build: ({ x, ids }) => [g.transpose(x!, [2, 0, 1]), g.toFloat(g.transpose(ids!, [1, 0]))],
      expected: [
        [
          [3, 1, 2],
          [1, 4, 2, 5, 3, 6],
        ],
        [
          [2, 2],
          [1, 3, 2, 4],
        ],
      ],
    },
  ],
  concat: [
    {
      inputs: { a: f([2, 1], [1, 2]), b: f([2, 2], [3, 4, 5, 6]) },
      build: ({ a, b }) => g.concat([a!, b!, a!], -1),
      expected: [
        [
          [2, 4],
          [1, 3, 4, 1, 2, 5, 6, 2],
        ],
      ],
    },
  ],
  split: [
    {
      inputs: { x: counting([2, 4]) },
      build: ({ x }) => g.split(x!, -1, [1, 2, 1]),
      expected: [
        [
          [2, 1],
          [1, 5],
        ],
        [
          [2, 2],
          [2, 3, 6, 7],
        ],
        [
          [2, 1],
          [4, 8],
        ],
      ],
    },
    // Only one of the parts is used.
    {
      inputs: { x: counting([3, 2]) },
      build: ({ x }) => g.neg(g.split(x!, 0, [2, 1])[1]!),
      expected: [
        [
          [1, 2],
          [-5, -6],
        ],
      ],
    },
  ],
  pad: [
    {
      inputs: { x: counting([2, 1]) },
      named: { x: { 0: 'n' } },
      build: ({ x }) => [g.pad(x!, 0, 1, 2), g.pad(x!, -1, 0, 1)],
      expected: [
        [
          [5, 1],
          [0, 1, 2, 0, 0],
        ],
        [
          [2, 2],
          [1, 0, 2, 0],
        ],
      ],
    },
  ],
  trim: [
    {
      inputs: { x: counting([4, 1]), one: f([1], [5]) },
      named: { x: { 0: 'n' }, one: { 0: 'm' } },
      build: ({ x, one }) => [
        g.trim(x!, 0, 1, 2),
        g.trim(x!, 0, 1, 0),
        g.trim(x!, 0, 0, 1),
        g.trim(one!, 0, 1, 0),
        g.pad(g.trim(one!, 0, 1, 0), 0, 1, 0),
      ],
      expected: [
        [[1, 1], [2]],
        [
          [3, 1],
          [2, 3, 4],
        ],
        [
          [3, 1],
          [1, 2, 3],
        ],
        [[0], []],
        [[1], [0]],
      ],
    },
    // A size that only a trimmed axis has.
    {
      inputs: { x: counting([3]) },
      named: { x: { 0: 'n' } },
      build: ({ x }) => {
        const rest = g.trim(x!, 0, 1, 0);
        return g.add(rest, g.fill(10, rest.shape));
      },
      expected: [[[2], [12, 13]]],
    },
  ],
  gatherRows: [
    {
      inputs: { table: counting([3, 2]), ids: intTensor([2, 2], [2, 0, 0, 2]) },
      build: ({ table, ids }) => g.gatherRows(table!, ids!),
      expected: [
        [
          [2, 2, 2],
          [5, 6, 1, 2, 1, 2, 5, 6],
        ],
      ],
    },
  ],
  scatterAddRows: [
    {
      inputs: { values: counting([2, 2, 2]), ids: intTensor([2, 2], [2, 0, 2, 2]) },
      build: ({ values, ids }) => g.scatterAddRows(values!, ids!, 4),
      expected: [
        [
          [4, 2],
          [3, 4, 0, 0, 13, 16, 0, 0],
        ],
      ],
    },
    {
      inputs: { values: f([3], [1, 2, 4]), ids: intTensor([3], [1, 1, 0]) },
      build: ({ values, ids }) => g.scatterAddRows(values!, ids!, 2),
      expected: [[[2], [4, 3]]],
    },
  ],
  window: [
    {
      inputs: { row: counting([9]), start: intTensor([1], [2]), end: intTensor([1], [8]) },
      named: { row: { 0: 'room' } },
      build: ({ row, start, end }) => g.window(row!, start!, end!, [2, 1, 3]),
      expected: [
        [
          [2, 1, 3],
          [3, 4, 5, 6, 7, 8],
        ],
      ],
    },
    {
      inputs: {
        row: counting([5]),
        start: intTensor([1], [0]),
        end: intTensor([1], [4]),
        x: counting([2, 2]),
      },
      named: { x: { 0: 'n', 1: 'm' } },
      build: ({ row, start, end, x }) => g.mul(g.window(row!, start!, end!, ['n', 'm']), x!),
      expected: [
        [
          [2, 2],
          [1, 4, 9, 16],
        ],
      ],
    },
  ],
  scan: [
    runningSum(false, [
      [[2], [112, 120]],
      [
        [3, 2],
        [102, 20, 106, 60, 112, 120],
      ],
      [
        [3, 2],
        [100, 0, 102, 20, 106, 60],
      ],
      [[3], [5, 5, 5]],
      [[3], [2, 2, 2]],
      [
        [3, 2],
        [102, 20, 106, 60, 112, 120],
      ],
    ]),
    runningSum(true, [
      [[2], [112, 120]],
      [
        [3, 2],
        [112, 120, 110, 100, 106, 60],
      ],
      [
        [3, 2],
        [110, 100, 106, 60, 100, 0],
      ],
      [[3], [5, 5, 5]],
      [[3], [2, 2, 2]],
      [
        [3, 2],
        [112, 120, 110, 100, 106, 60],
      ],
    ]),
  ],
};

/** A program that builds with as many inputs as there are feeds; its results are `result0`, `result1`, ... */
export function operationProgram({ inputs = {}, named = {}, build }: OperationRow, name: string): Program {
  const values = Object.fromEntries(
    Object.entries(inputs).map(([key, { shape, dtype }]) => {
      const dims = shape.map((size, axis) => named[key]?.[axis] ?? size);
      return [key, g.input(key, dims, dtype)];
    }),
  );
  const built = build(values);
  const results = Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
  return {
    name,
    inputs: Object.values(values),
    outputs: Object.fromEntries(results.map((result, i) => [`result${i}`, result])),
  };
}
