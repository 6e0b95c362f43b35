import { describe, expect, it } from 'vitest';
import * as g from '../../src/graph/build';
import type { Value } from '../../src/graph/ops';
import { scan } from '../../src/graph/scan';
import { addToDim, broadcastShapes, normalizeAxis, type Shape } from '../../src/graph/shape';

const x = (...shape: Shape) => g.input('x', shape);
const ids = (...shape: Shape) => g.input('ids', shape, 'int64');
const window = { width: 3, before: 1 };
const scattered = (values: Value, at: Value) => g.scatterAddWindows(values, at, { ...window, time: 4 });

describe('broadcasting', () => {
  const rows: readonly (readonly [a: Shape, b: Shape, result: Shape | undefined])[] = [
    [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [], [2, 3]],
    [[], [], []],
    [[2, 3], [3], [2, 3]],
    [[2, 1], [3], [2, 3]],
    [
      [2, 1, 3],
      [4, 1],
      [2, 4, 3],
    ],
    [
      ['time', 'batch', 4],
      ['time', 'batch', 1],
      ['time', 'batch', 4],
    ],
    [['time', 'batch', 4], [4], ['time', 'batch', 4]],
    [
      ['batch', 1],
      [1, 'time'],
      ['batch', 'time'],
    ],
    [
      ['batch', 4],
      ['time', 1, 1],
      ['time', 'batch', 4],
    ],
    [['batch', 1], [3], ['batch', 3]],
    // A named size may be 1 when the graph runs, or anything else: it matches only itself.
    [['batch'], ['time'], undefined],
    [['batch', 4], ['time', 4], undefined],
    [['batch'], [3], undefined],
    [['time'], ['time-1'], undefined],
    [[2, 3], [2], undefined],
    [[2], [3], undefined],
    [[0], [2], undefined],
  ];
  for (const [a, b, result] of rows) {
    it(`[${a}] and [${b}] ${result ? `make [${result}]` : 'do not fit'}`, () => {
      for (const [left, right] of [
        [a, b],
        [b, a],
      ] as const) {
        if (result) expect(broadcastShapes(left, right)).toEqual(result);
        else
          expect(() => broadcastShapes(left, right)).toThrow(
            `[${left.join(', ')}] and [${right.join(', ')}]`,
          );
      }
    });
  }
});

describe('sizes', () => {
  it.each([
    [3, 2, 5],
    [3, -3, 0],
    ['time', 1, 'time+1'],
    ['time', -1, 'time-1'],
    ['time', 0, 'time'],
    ['time-1', 1, 'time'],
    ['time+2', -5, 'time-3'],
    ['time-10', -2, 'time-12'],
  ] as const)('%s plus %s is %s', (dim, amount, expected) => {
    expect(addToDim(dim, amount)).toBe(expected);
  });

  it.each([
    [0, 3, 0],
    [-1, 3, 2],
    [-3, 3, 0],
  ] as const)('axis %s of rank %s is %s', (axis, rank, expected) => {
    expect(normalizeAxis(axis, rank)).toBe(expected);
  });

  it.each([
    [3, 3],
    [-4, 3],
    [0, 0],
  ] as const)('axis %s is outside of rank %s', (axis, rank) => {
    expect(() => normalizeAxis(axis, rank)).toThrow(`axis ${axis} is outside of rank ${rank}`);
  });
});

describe('shapes of results', () => {
  const cell = (start: Value, sequence: Value) =>
    scan({
      initial: [start],
      sequences: [sequence],
      captured: [],
      step: ([h], [xt]) => ({ carries: [g.add(h!, xt!)], stacked: [h!] }),
    });
  const rows: readonly (readonly [what: string, build: () => Value, shape: Shape])[] = [
    ['matmul', () => g.matmul(x('batch', 2), x(2, 5)), ['batch', 5]],
    ['matmul of all leading axes', () => g.matmul(x('time', 'batch', 2), x(2, 5)), ['time', 'batch', 5]],
    ['batched matmul', () => g.matmul(x('batch', 3, 2), x('batch', 2, 5)), ['batch', 3, 5]],
    ['matmul, first transposed', () => g.matmul(x(2, 'n'), x(2, 5), { transposeA: true }), ['n', 5]],
    ['matmul, second transposed', () => g.matmul(x('n', 2), x(5, 2), { transposeB: true }), ['n', 5]],
    ['affine', () => g.affine(x('time', 'batch', 2), x(2, 5), x(5)), ['time', 'batch', 5]],
    [
      'convolution',
      () => g.convolution(x('time', 'batch', 2), x(6, 5), x(5), { width: 3, before: 1 }),
      ['time', 'batch', 5],
    ],
    [
      'convolutionMax',
      () => g.convolutionMax(x('time', 'batch', 2), x(6, 5), x(5), x('time', 'batch', 1), window),
      ['batch', 5],
    ],
    [
      'all of its values',
      () =>
        g.convolutionMax(x('time', 'batch', 2), x(6, 5), x(5), x('time', 'batch', 1), window).node
          .outputs[1]!,
      ['time', 'batch', 5],
    ],
    ['gatherWindows', () => g.gatherWindows(x('time', 'batch', 2), ids(5, 'batch'), window), [5, 'batch', 6]],
    [
      'scatterAddWindows',
      () => g.scatterAddWindows(x(5, 'batch', 6), ids(5, 'batch'), { ...window, time: 'time' }),
      ['time', 'batch', 2],
    ],
    ['argMax', () => g.argMax(x('time', 'batch', 2), -2), ['time', 2]],
    ['outerSum', () => g.outerSum(x('time', 'batch', 2), x('time', 'batch', 3)), [2, 3]],
    ['sum', () => g.sum(x('time', 'batch', 2), [0, -1]), ['batch']],
    ['sum, kept', () => g.sum(x('time', 'batch', 2), [0], true), [1, 'batch', 2]],
    ['range', () => g.range('time'), ['time']],
    ['layerNorm', () => g.layerNorm(x('time', 4), x(4), x(4), 1e-5), ['time', 4]],
    ['its statistics', () => g.layerNorm(x('time', 4), x(4), x(4), 1e-5).node.outputs[2]!, ['time', 1]],
    ['reshape of names', () => g.reshape(x('batch', 'time'), ['time', 1, 'batch']), ['time', 1, 'batch']],
    ['reshape of numbers', () => g.reshape(x('n', 6), [2, 'n', 3]), [2, 'n', 3]],
    ['concat', () => g.concat([x('n', 2), x('n', 3)], -1), ['n', 5]],
    ['split', () => g.split(x('n', 5), 1, [2, 3])[1]!, ['n', 3]],
    ['pad', () => g.pad(x('n', 2), 0, 1, 1), ['n+2', 2]],
    ['trim and pad back', () => g.pad(g.trim(x('n', 2), 0, 1, 0), 0, 0, 1), ['n', 2]],
    ['gatherRows', () => g.gatherRows(x(9, 4), ids('batch', 'time')), ['batch', 'time', 4]],
    ['scatterAddRows', () => g.scatterAddRows(x('batch', 'time', 4), ids('batch', 'time'), 9), [9, 4]],
    ['window', () => g.window(x('room'), ids(1), ids(1), ['time', 'batch', 2]), ['time', 'batch', 2]],
    ['scan, last state', () => cell(x('batch', 2), x('time', 'batch', 2)).carries[0]!, ['batch', 2]],
    ['scan, stacked', () => cell(x('batch', 2), x('time', 'batch', 2)).stacked[0]!, ['time', 'batch', 2]],
    ['sumTo', () => g.sumTo(x('time', 'batch', 2), ['batch', 1]), ['batch', 1]],
  ];
  it.each(rows)('%s', (_, build, shape) => {
    expect(build().shape).toEqual(shape);
  });
});

describe('what does not fit is an error when the graph is built', () => {
  const step = (start: Value, sequences: Value[], next: (h: Value, xt: Value) => Value) =>
    scan({
      initial: [start],
      sequences,
      captured: [],
      step: ([h], [xt]) => ({ carries: [next(h!, xt!)], stacked: [] }),
    });
  const rows: readonly (readonly [what: string, build: () => unknown, message: string])[] = [
    ['batch against time', () => g.add(x('batch', 2), x('time', 2)), 'do not broadcast'],
    ['a name against a number', () => g.mul(x('batch'), x(3)), 'do not broadcast'],
    ['inner sizes', () => g.matmul(x(2, 3), x(2, 3)), 'cannot multiply [2, 3] by [2, 3]'],
    ['inner names', () => g.matmul(x(2, 'batch'), x('time', 3)), 'cannot multiply'],
    [
      'inner sizes, transposed',
      () => g.matmul(x(3, 2), x(2, 3), { transposeA: true }),
      'cannot multiply [2, 3] by [2, 3]',
    ],
    ['a vector in a product', () => g.matmul(x(3), x(3, 2)), 'cannot multiply'],
    ['a product with a vector', () => g.matmul(x(2, 3), x(3)), 'cannot multiply'],
    ['leading axes', () => g.matmul(x('batch', 2, 3), x('time', 3, 2)), 'cannot multiply'],
    ['leading axes on the right alone', () => g.matmul(x(2, 3), x('batch', 3, 2)), 'cannot multiply'],
    ['a bias of another size', () => g.affine(x(2, 3), x(3, 4), x(3)), 'by [3, 4] and [3]'],
    ['inner sizes of a map', () => g.affine(x(2, 3), x(2, 4), x(4)), 'cannot map [2, 3]'],
    [
      'windows of a matrix',
      () => g.convolution(x(4, 2), x(2, 3), x(3), { width: 1, before: 0 }),
      'windows of 1',
    ],
    [
      'a window that begins after itself',
      () => g.convolution(x(4, 1, 2), x(2, 3), x(3), { width: 1, before: 1 }),
      'windows of 1',
    ],
    [
      'filters of another width',
      () => g.convolution(x(4, 1, 2), x(2, 3), x(3), { width: 2, before: 1 }),
      'cannot map [4, 1, 4]',
    ],
    [
      'a mask of other texts',
      () => g.convolutionMax(x(4, 3, 2), x(6, 5), x(5), x(4, 2, 1), window),
      'a mask [4, 2, 1] for [4, 3, 2]',
    ],
    [
      'times that are not whole numbers',
      () => g.gatherWindows(x(4, 3, 2), x(5, 3), window),
      'times must be int64',
    ],
    ['times of other texts', () => g.gatherWindows(x(4, 3, 2), ids(5, 2), window), 'times [5, 2] of 3 texts'],
    ['windows of a part of the features', () => scattered(x(5, 3, 7), ids(5, 3)), 'cannot put [5, 3, 7]'],
    ['more times than windows', () => scattered(x(5, 3, 6), ids(4, 3)), 'cannot put [5, 3, 6] at [4, 3]'],
    ['leading axes of outer products', () => g.outerSum(x('time', 2), x('batch', 2)), 'leading axes'],
    ['ranks of outer products', () => g.outerSum(x('time', 'batch', 2), x('time', 2)), 'leading axes'],
    [
      'another scale of a norm',
      () => g.layerNorm(x(2, 3), x(2), x(3), 1),
      'cannot scale [2, 3] by [2] and [3]',
    ],
    ['counts in a reshape', () => g.reshape(x(2, 3), [4]), 'cannot reshape [2, 3] to [4]'],
    ['names in a reshape', () => g.reshape(x('batch', 2), ['time', 2]), 'cannot reshape'],
    ['a lost name in a reshape', () => g.reshape(x('batch', 2), [2]), 'cannot reshape'],
    ['a doubled name in a reshape', () => g.reshape(x('batch', 4), ['batch', 'batch', 4]), 'cannot reshape'],
    ['a smaller shape to broadcast to', () => g.broadcast(x(2, 3), [3]), 'cannot broadcast'],
    ['another size to broadcast to', () => g.broadcast(x(2), [3]), 'do not broadcast'],
    ['other axes in concat', () => g.concat([x(2, 3), x(4, 3)], 1), 'cannot join [2, 3] and [4, 3] at 1'],
    ['an unknown size in concat', () => g.concat([x('n', 3), x('n', 3)], 0), 'cannot join'],
    ['sizes of a split', () => g.split(x(2, 5), 1, [2, 2]), 'cannot split axis 1 of [2, 5] into 2 + 2'],
    ['an unknown size in a split', () => g.split(x('n', 5), 0, [2, 2]), 'cannot split'],
    ['an axis to sum', () => g.sum(x(2), [1]), 'axis 1 is outside of rank 1'],
    ['an axis to pad', () => g.pad(x(2), -2, 1, 1), 'axis -2 is outside'],
    ['integers in arithmetic', () => g.add(ids(2), 1), 'expected float32, got int64'],
    ['integers in a function', () => g.tanh(ids(2)), 'expected float32, got int64'],
    ['ids that are not whole numbers', () => g.gatherRows(x(3, 2), x(2)), 'must be int64'],
    ['a window of a matrix', () => g.window(x(3, 2), ids(1), ids(1), [2]), 'which is no row'],
    [
      "a window's start that is none",
      () => g.window(x(3), x(1), ids(1), [2]),
      'are int64 [1], not float32 [1]',
    ],
    ["a window's end of two numbers", () => g.window(x(3), ids(1), ids(2), [2]), 'not int64 [2]'],
    [
      'a carry that grows',
      () => step(x(1), [x('time', 2)], (h, xt) => g.add(h, xt)),
      'carry 0 changes its shape',
    ],
    [
      'a scan over two lengths',
      () => step(x(2), [x('time', 2), x('steps', 2)], (h, xt) => g.add(h, xt)),
      'sequences of lengths time and steps',
    ],
  ];
  it.each(rows)('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});

describe('a gradient summed back to a shape', () => {
  it('is left alone where nothing was broadcast', () => {
    const value = x('time', 'batch', 2);
    expect(g.sumTo(value, ['time', 'batch', 2])).toBe(value);
  });

  it('of a chain of ten thousand operations is found without overflowing the stack', async () => {
    const { differentiate } = await import('../../src/graph/differentiate');
    const start = x();
    let value = start;
    for (let i = 0; i < 10_000; i++) value = g.tanh(value);
    const [gradient] = differentiate([value], [g.constant(1)], [start]);
    expect(gradient!.shape).toEqual([]);
  });

  it.each([
    ['an axis named twice', () => g.transpose(g.input('x', [2, 3]), [0, 0]), 'does not order the axes'],
    ['an axis left out', () => g.transpose(g.input('x', [2, 3]), [0]), 'does not order the axes'],
    ['more cut off than there is', () => g.trim(g.input('x', [3]), 0, 2, 2), 'no 2 + 2 to lose'],
    [
      'ids of other rows',
      () => g.scatterAddRows(g.input('x', [2, 4]), g.input('ids', [3], 'int64'), 5),
      'do not say where',
    ],
  ] as const)('refuse %s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});
