import { describe, expect, it } from 'vitest';
import * as g from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import { gradientRules } from '../../src/graph/gradients';
import type { OpName, Value } from '../../src/graph/ops';
import { scan } from '../../src/graph/scan';
import { checkGradient, type GradientCase } from '../support/check-gradient';

type Case = Omit<GradientCase, 'name'>;

const unary = (build: (x: Value) => Value, range: readonly [number, number] = [-1, 1]): Case => ({
  inputs: [[2, 3]],
  range,
  build: ([x]) => build(x!),
});

const binary = (build: (a: Value, b: Value) => Value, range: readonly [number, number] = [-1, 1]): Case[] =>
  [
    [
      [2, 3],
      [2, 3],
    ],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [[2, 3], []],
    [
      [1, 'n'],
      ['m', 1],
    ],
  ].map((inputs) => ({ inputs, sizes: { n: 3, m: 2 }, range, build: ([a, b]) => build(a!, b!) }));

const product = (
  a: readonly number[],
  b: readonly number[],
  flags: { transposeA?: boolean; transposeB?: boolean } = {},
): Case => ({ inputs: [a, b], build: ([x, y]) => g.matmul(x!, y!, flags) });

const reductions = (reduce: (x: Value, axes: number[], keep: boolean) => Value): Case[] =>
  [
    { axes: [0], keep: false },
    { axes: [-1], keep: true },
    { axes: [0, 2], keep: false },
  ].map(({ axes, keep }) => ({ inputs: [[2, 3, 2]], build: ([x]) => reduce(x!, axes, keep) }));

/** Keeps the entries of a [2, 3, 2] apart, so that a small step never changes which is the largest. */
const apart = g.constant([0, 9, 3, 6, 33, 12, 30, 18, 15, 21, 24, 27], [2, 3, 2]);

/** A recurrence that uses everything at once: two carries, a mask, matrix, bias, split and concat. */
const recurrence =
  (reverse: boolean) =>
  ([x, h0, c0, weight, bias, scale]: readonly Value[]) => {
    const { carries, stacked } = scan({
      initial: [h0!, c0!],
      sequences: [x!, g.tanh(x!)],
      captured: [weight!, bias!, scale!],
      reverse,
      step: ([h, c], [xt, gate], [w, b, s]) => {
        const [left, right] = g.split(g.add(g.matmul(h!, w!), b!), -1, [2, 2]);
        const next = g.add(g.mul(g.sigmoid(left!), c!), g.mul(g.tanh(g.mul(right!, s!)), gate!));
        return {
          carries: [g.add(g.tanh(next), g.mul(xt!, 0.5)), next],
          stacked: [g.concat([next, xt!], -1), next],
        };
      },
    });
    return [...carries, ...stacked];
  };

const scanInputs = {
  inputs: [['time', 'batch', 2], ['batch', 2], ['batch', 2], [2, 4], [4], [2]],
  sizes: { time: 4, batch: 3 },
} as const;

/**
 * The rows that a rule is tried with: an operation without a row does not compile.
 * `undefined` where there is nothing to differentiate.
 */
const cases: { readonly [Op in OpName]: readonly Case[] | undefined } = {
  input: undefined,
  constant: undefined,
  fill: undefined,
  range: undefined,
  toFloat: undefined,
  isPositive: undefined,
  equal: undefined,
  argMax: undefined,
  window: undefined,
  neg: [unary(g.neg)],
  exp: [unary(g.exp)],
  log: [unary(g.log, [0.5, 2])],
  sqrt: [unary(g.sqrt, [0.5, 2])],
  sin: [unary(g.sin, [-4, 4])],
  cos: [unary(g.cos, [-4, 4])],
  erf: [unary(g.erf, [-2, 2])],
  tanh: [unary(g.tanh, [-2, 2])],
  sigmoid: [unary(g.sigmoid, [-3, 3])],
  relu: [unary(g.relu, [0.1, 1]), unary(g.relu, [-1, -0.1])],
  gelu: [unary(g.gelu, [-3, 3])],
  softplus: [unary(g.softplus, [-3, 3])],
  add: binary(g.add),
  sub: binary(g.sub),
  mul: binary(g.mul),
  div: binary(g.div, [0.7, 2]),
  matmul: [
    product([2, 3], [3, 4]),
    product([3, 2], [3, 4], { transposeA: true }),
    product([2, 3], [4, 3], { transposeB: true }),
    product([3, 2], [4, 3], { transposeA: true, transposeB: true }),
    product([2, 2, 3], [3, 2]),
    product([2, 2, 3], [2, 3], { transposeB: true }),
    product([2, 2, 3], [2, 3, 2]),
    product([2, 3, 2], [2, 3, 2], { transposeA: true }),
    product([2, 2, 3], [2, 4, 3], { transposeB: true }),
    product([2, 3, 2], [2, 4, 3], { transposeA: true, transposeB: true }),
  ],
  affine: [
    { inputs: [[3, 2], [2, 4], [4]], build: ([x, w, b]) => g.affine(x!, w!, b!) },
    {
      inputs: [['t', 'b', 2], [2, 3], [3]],
      sizes: { t: 2, b: 3 },
      build: ([x, w, b]) => g.affine(x!, w!, b!),
    },
  ],
  convolution: [
    {
      inputs: [['t', 'b', 2], [6, 4], [4]],
      sizes: { t: 4, b: 2 },
      build: ([x, w, b]) => g.convolution(x!, w!, b!, { width: 3, before: 1 }),
    },
    // An even width, wider than all there is.
    {
      inputs: [['t', 'b', 2], [8, 3], [3]],
      sizes: { t: 2, b: 3 },
      build: ([x, w, b]) => g.convolution(x!, w!, b!, { width: 4, before: 0 }),
    },
    {
      inputs: [[3, 1, 2], [2, 1], [1]],
      build: ([x, w, b]) => g.convolution(x!, w!, b!, { width: 1, before: 0 }),
    },
  ],
  convolutionMax: [
    {
      inputs: [['t', 'b', 2], [6, 4], [4]],
      sizes: { t: 4, b: 2 },
      build: ([x, w, b]) => g.convolutionMax(x!, w!, b!, g.fill(1, ['t', 'b', 1]), { width: 3, before: 1 }),
    },
    // An even width, wider than all there is; the second text ends early, the third one is empty.
    {
      inputs: [[3, 3, 2], [8, 3], [3]],
      build: ([x, w, b]) => {
        const mask = g.constant([1, 1, 0, 1, 0, 0, 1, 0, 0], [3, 3, 1]);
        const y = g.convolutionMax(x!, w!, b!, mask, { width: 4, before: 0 });
        return g.trim(y, 0, 0, 1);
      },
    },
    {
      inputs: [[3, 1, 2], [2, 1], [1]],
      build: ([x, w, b]) => g.convolutionMax(x!, w!, b!, g.fill(1, [3, 1, 1]), { width: 1, before: 0 }),
    },
  ],
  gatherWindows: [
    {
      inputs: [['t', 2, 2]],
      sizes: { t: 3 },
      ids: { shape: [4, 2], data: [0, 2, 0, 1, 2, 2, 1, 0] },
      build: ([x], at) => g.tanh(g.gatherWindows(x!, at!, { width: 3, before: 1 })),
    },
  ],
  scatterAddWindows: [
    {
      inputs: [[4, 2, 4]],
      ids: { shape: [4, 2], data: [0, 2, 0, 1, 2, 2, 1, 0] },
      build: ([values], at) => g.tanh(g.scatterAddWindows(values!, at!, { width: 2, before: 0, time: 3 })),
    },
  ],
  outerSum: [
    {
      inputs: [
        [4, 2],
        [4, 3],
      ],
      build: ([a, b]) => g.outerSum(a!, b!),
    },
    {
      inputs: [
        ['t', 'b', 2],
        ['t', 'b', 3],
      ],
      sizes: { t: 2, b: 3 },
      build: ([a, b]) => g.outerSum(a!, b!),
    },
  ],
  sum: reductions(g.sum),
  max: reductions((x, axes, keep) => g.max(g.add(x, apart), axes, keep)),
  softmax: [unary(g.softmax, [-2, 2])],
  logSoftmax: [unary(g.logSoftmax, [-2, 2])],
  layerNorm: [
    { inputs: [[2, 3, 5], [5], [5]], build: ([x, w, b]) => g.layerNorm(x!, w!, b!, 1e-5) },
    // An epsilon that is not nothing beside the variance.
    { inputs: [['n', 4], [4], [4]], sizes: { n: 2 }, build: ([x, w, b]) => g.layerNorm(x!, w!, b!, 0.5) },
  ],
  reshape: [
    { inputs: [[2, 6]], build: ([x]) => g.reshape(x!, [3, 2, 2]) },
    { inputs: [['n', 2]], sizes: { n: 3 }, build: ([x]) => g.reshape(x!, [2, 'n', 1]) },
    { inputs: [['n', 'm']], sizes: { n: 3, m: 2 }, build: ([x]) => g.reshape(x!, ['m', 1, 'n']) },
  ],
  broadcast: [
    { inputs: [[3, 1], ['n']], sizes: { n: 2 }, build: ([x, y]) => g.add(g.broadcast(x!, [2, 3, 'n']), y!) },
  ],
  transpose: [{ inputs: [[2, 3, 4]], build: ([x]) => g.transpose(x!, [2, 0, 1]) }],
  concat: [
    {
      inputs: [
        [2, 3],
        [2, 1],
      ],
      build: ([a, b]) => g.concat([a!, b!], -1),
    },
    {
      inputs: [
        [1, 2],
        [3, 2],
        [2, 2],
      ],
      build: (values) => g.concat(values, 0),
    },
  ],
  split: [
    { inputs: [[2, 5]], build: ([x]) => g.split(x!, -1, [2, 3]) },
    { inputs: [[5, 2]], build: ([x]) => g.tanh(g.split(x!, 0, [1, 3, 1])[1]!) },
  ],
  pad: [
    { inputs: [[2, 3]], build: ([x]) => g.pad(x!, 0, 1, 2) },
    { inputs: [['n', 2]], sizes: { n: 3, 'n+1': 4 }, build: ([x]) => g.tanh(g.pad(x!, 0, 0, 1)) },
  ],
  trim: [
    { inputs: [[2, 5]], build: ([x]) => g.trim(x!, 1, 1, 2) },
    { inputs: [['n', 2]], sizes: { n: 3, 'n-1': 2 }, build: ([x]) => g.tanh(g.trim(x!, 0, 1, 0)) },
  ],
  gatherRows: [
    {
      inputs: [[4, 3]],
      ids: { shape: [2, 3], data: [1, 3, 1, 0, 1, 3] },
      build: ([table], ids) => g.tanh(g.gatherRows(table!, ids!)),
    },
    {
      inputs: [['time', 'batch', 2]],
      sizes: { time: 3, batch: 2 },
      build: ([x]) => g.tanh(g.gatherRows(x!, g.range(1))),
    },
  ],
  scatterAddRows: [
    {
      inputs: [[2, 2, 3]],
      ids: { shape: [2, 2], data: [1, 0, 1, 1] },
      build: ([values], ids) => g.tanh(g.scatterAddRows(values!, ids!, 3)),
    },
  ],
  scan: [
    { ...scanInputs, build: recurrence(false) },
    { ...scanInputs, build: recurrence(true) },
    // Only the last state, so that no stacked output has a gradient.
    { ...scanInputs, build: (inputs) => recurrence(false)(inputs)[0]! },
    // A captured value used in ways that no product covers, and a sequence of lower rank.
    {
      inputs: [['time'], [2, 2], [2]],
      sizes: { time: 5 },
      build: ([x, h0, w]) =>
        scan({
          initial: [h0!],
          sequences: [x!],
          captured: [w!],
          step: ([h], [xt], [c]) => {
            const next = g.sub(g.mul(g.tanh(h!), g.add(c!, xt!)), g.mul(g.mul(xt!, c!), c!));
            return { carries: [next], stacked: [g.mul(next, xt!)] };
          },
        }).stacked[0]!,
    },
    // A scan of a scan's result.
    {
      inputs: [['time', 2], [2]],
      sizes: { time: 3 },
      build: ([x, h0]) => {
        const layer = (sequence: Value) =>
          scan({
            initial: [h0!],
            sequences: [sequence],
            captured: [],
            step: ([h], [xt]) => {
              const next = g.tanh(g.add(h!, xt!));
              return { carries: [next], stacked: [next] };
            },
          }).stacked[0]!;
        return layer(layer(x!));
      },
    },
  ],
};

describe('every gradient rule agrees with centred differences', () => {
  for (const [op, rows] of Object.entries(cases)) {
    rows?.forEach((row, i) => {
      it(`${op} ${i}`, () => checkGradient({ ...row, name: `${op} ${i}` }));
    });
  }

  it('tries every operation that has a rule', () => {
    const untried = Object.entries(gradientRules)
      .filter(([op, rule]) => typeof rule === 'function' && !cases[op as OpName]?.length)
      .map(([op]) => op);
    expect(untried).toEqual([]);
  });
});

describe('differentiation', () => {
  it('gives no gradient to what the result does not depend on', () => {
    const [a, b] = [g.input('a', [2]), g.input('b', [2])];
    expect(differentiate([g.sum(a, [0])], [g.constant(1)], [a, b])[1]).toBeUndefined();
  });

  it('treats masks as constants', () => {
    const x = g.input('x', [2]);
    expect(differentiate([g.sum(g.isPositive(x), [0])], [g.constant(1)], [x])).toEqual([undefined]);
  });

  it('names gradients after what they belong to', () => {
    const x = g.input('weight', [2]);
    expect(differentiate([g.sum(g.mul(x, x), [0])], [g.constant(1)], [x])[0]!.name).toBe('weight_grad');
  });

  it('sums the gradients of a value used twice', () =>
    checkGradient({
      name: 'shared',
      inputs: [[3]],
      build: ([x]) => g.mul(g.tanh(x!), g.add(x!, g.exp(x!))),
    }));
});
