import { describe, expect, it } from 'vitest';
import { type Dot, LbfgsHistory, lineSearch } from '../../src/baseline/lbfgs';
import { createRandom } from '../../src/data/random';

type Matrix = number[][];

const plain: Dot = (u, v) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);

function multiply(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    b[0]!.map((_, column) => row.reduce((sum, value, i) => sum + value * b[i]![column]!, 0)),
  );
}

/**
 * Nocedal and Wright's equation 7.16 with whole matrices: the inverse Hessian that BFGS has after these steps, begun
 * from 7.20.
 */
function denseInverse(pairs: readonly { step: number[]; change: number[] }[]): Matrix {
  const identity = (factor: number) =>
    pairs[0]!.step.map((_, i) => pairs[0]!.step.map((_, j) => (i === j ? factor : 0)));
  const outer = (u: number[], v: number[]) => u.map((x) => v.map((y) => x * y));
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  const combined = (a: Matrix, factor: number, b: Matrix) =>
    a.map((row, i) => row.map((x, j) => x + factor * b[i]![j]!));
  const { step, change } = pairs.at(-1)!;
  return pairs.reduce(
    (inverse, { step: s, change: y }) => {
      const rho = 1 / dot(s, y);
      const left = combined(identity(1), -rho, outer(s, y));
      const right = combined(identity(1), -rho, outer(y, s));
      return combined(multiply(multiply(left, inverse), right), rho, outer(s, s));
    },
    identity(dot(step, change) / dot(change, change)),
  );
}

describe('LbfgsHistory', () => {
  const random = createRandom(3);
  const vector = () => Array.from({ length: 6 }, () => random.normal());
  // Changes of a gradient whose Hessian is A'A + I: every pair has curvature.
  const factor = Array.from({ length: 6 }, vector);
  const hessian = multiply(
    factor[0]!.map((_, i) => factor.map((row) => row[i]!)),
    factor,
  );
  const pairs = Array.from({ length: 7 }, () => {
    const step = vector();
    const change = hessian.map((row, i) => row.reduce((sum, value, j) => sum + value * step[j]!, step[i]!));
    return { step, change };
  });

  it.each([
    ['one step', 1, 10],
    ['several steps', 4, 10],
    ['the last ones alone', 7, 3],
  ])('gives the direction of BFGS after %s', (_, taken, size) => {
    const history = new LbfgsHistory(plain, size);
    for (const { step, change } of pairs.slice(0, taken))
      history.add(Float64Array.from(step), Float64Array.from(change));
    const gradient = vector();
    const expected = denseInverse(pairs.slice(0, taken).slice(-size)).map(
      (row) => -row.reduce((sum, value, i) => sum + value * gradient[i]!, 0),
    );
    const direction = history.direction(Float64Array.from(gradient));
    expected.forEach((value, i) => {
      expect(direction[i]).toBeCloseTo(value, 9);
    });
  });

  it('goes straight down as long as it knows nothing, or only steps without curvature', () => {
    const history = new LbfgsHistory(plain, 10);
    history.add(Float64Array.of(1, 0), Float64Array.of(-1, 5));
    history.add(Float64Array.of(0, 0), Float64Array.of(0, 0));
    expect(history.direction(Float64Array.of(3, -2))).toEqual(Float64Array.of(-3, 2));
  });
});

describe('lineSearch', () => {
  const lines: [string, (x: number) => number, (x: number) => number][] = [
    ['a parabola', (x) => (x - 3) ** 2, (x) => 2 * (x - 3)],
    [
      'a far minimum',
      (x) => Math.log(1 + Math.exp(-x / 50)) + 1e-6 * x,
      (x) => -1 / (50 * (1 + Math.exp(x / 50))) + 1e-6,
    ],
    ['a near one', (x) => Math.exp(30 * x) - 40 * x, (x) => 30 * Math.exp(30 * x) - 40],
    [
      'a steep wall',
      (x) => (x > 0.01 ? 1e6 * (x - 0.01) ** 2 : 0) - x,
      (x) => (x > 0.01 ? 2e6 * (x - 0.01) : 0) - 1,
    ],
  ];
  it.each(lines)('meets the strong Wolfe conditions on %s', (_, value, slope) => {
    for (const first of [1e-3, 1, 1e3]) {
      const at = (x: number) => ({ value: value(x), slope: slope(x) });
      const step = lineSearch(at, at(0), first)!;
      expect(value(step)).toBeLessThanOrEqual(value(0) + 1e-4 * step * slope(0));
      expect(Math.abs(slope(step))).toBeLessThanOrEqual(0.9 * Math.abs(slope(0)));
    }
  });

  it('gives up where nothing falls', () => {
    expect(lineSearch(() => ({ value: 1, slope: -1 }), { value: 1, slope: -1 }, 1)).toBeUndefined();
    expect(
      lineSearch(() => ({ value: Number.NaN, slope: Number.NaN }), { value: 1, slope: -1 }, 1),
    ).toBeUndefined();
  });
});
