import { describe, expect, it } from 'vitest';
import { createOptimizer } from '../../src/nn/optimizers';
import { RowTable } from '../../src/trainer/row-table';

const sgd = (weightDecay = 0, momentum = 0) =>
  createOptimizer({ type: 'sgd', learningRate: Number.NaN, momentum, nesterov: false, weightDecay });

/** Five rows of two; row 0 is padding. */
const start = () => Float32Array.of(0, 0, 1, 2, 3, 4, 5, 6, 7, 8);

function accumulate(table: RowTable, gradient: Float32Array): number {
  table.gradient.set(gradient);
  table.accumulate();
  return table.squares();
}

describe('the row table', () => {
  it('reads rows in the order of the ids, padding included', () => {
    const table = new RowTable(start(), 5, undefined);
    expect([...table.read([3, 0, 1, 3])]).toEqual([5, 6, 0, 0, 1, 2, 5, 6]);
    expect(table.width).toBe(2);
    expect(table.state).toEqual([]);
  });

  it('gathers the same as it reads', () => {
    const table = new RowTable(start(), 5, sgd());
    const gathered = [...table.gather([4, 0, 4])];
    expect(gathered).toEqual([...table.read([4, 0, 4])]);
    expect(gathered).toEqual([7, 8, 0, 0, 7, 8]);
  });

  it('sums repeated rows, leaves padding out and tells the squares of the sums', () => {
    const table = new RowTable(start(), 5, sgd());
    const ids = [2, 0, 2, 1, 0];
    table.gather(ids);
    const squares = accumulate(table, Float32Array.of(1, 2, 100, 100, 3, -4, 0.5, 0, 100, 100));
    expect(squares).toBe(4 * 4 + 2 * 2 + 0.5 * 0.5);
    table.update(1, 0.5, 2);
    expect([...table.table]).toEqual([0, 0, 0.5, 2, -1, 6, 5, 6, 7, 8]);
  });

  it('starts every step from zero: rows of the step before stay as they are', () => {
    const table = new RowTable(start(), 5, sgd());
    table.gather([1, 2]);
    accumulate(table, Float32Array.of(1, 1, 1, 1));
    table.update(1, 1, 1);
    table.gather([2, 3]);
    expect(accumulate(table, Float32Array.of(1, 0, 0, 1))).toBe(2);
    table.update(2, 1, 1);
    expect([...table.table]).toEqual([0, 0, 0, 1, 1, 3, 5, 5, 7, 8]);
  });

  it('sums into a larger batch than any before it', () => {
    const rows = 500;
    const table = new RowTable(new Float32Array(rows * 2), rows, sgd());
    const step = (count: number, number: number) => {
      const ids = Array.from({ length: count }, (_, i) => 1 + (i % (rows - 1)));
      table.gather(ids);
      accumulate(table, new Float32Array(2 * count).fill(-1));
      table.update(number, 1, 1);
    };
    step(3, 1);
    step(2 * (rows - 1), 2);
    expect([...table.table.subarray(0, 8)]).toEqual([0, 0, 3, 3, 3, 3, 3, 3]);
    expect([...table.table.subarray(8)].every((value) => value === 2)).toBe(true);
  });

  it('brings a row up to date before it is read', () => {
    const table = new RowTable(start(), 5, sgd(0, 0.5));
    table.gather([1]);
    accumulate(table, Float32Array.of(1, 1));
    table.update(1, 1, 1);
    table.gather([2]);
    accumulate(table, Float32Array.of(0, 0));
    table.update(2, 1, 1);
    // 1 - 1 in step 1, then the momentum's half in step 2.
    expect([...table.gather([1])]).toEqual([-0.5, 0.5]);
  });

  it('touches every row but padding where weight decay acts on the gradient', () => {
    const table = new RowTable(start(), 5, sgd(0.5));
    table.gather([1]);
    expect(accumulate(table, Float32Array.of(1, 1))).toBe(2);
    table.update(1, 1, 1);
    expect([...table.table]).toEqual([0, 0, -0.5, 0, 1.5, 2, 2.5, 3, 3.5, 4]);
    const before = table.table.slice();
    table.settle();
    expect(table.table).toEqual(before);
  });

  it('fills the state with what it starts from', () => {
    const adagrad = createOptimizer({
      type: 'adagrad',
      learningRate: Number.NaN,
      learningRateDecay: 0,
      initialAccumulator: 0.25,
      epsilon: 1e-10,
      weightDecay: 0,
    });
    const table = new RowTable(start(), 5, adagrad);
    expect([...table.state[0]!]).toEqual(Array(10).fill(0.25));
    table.gather([1]);
    accumulate(table, Float32Array.of(0, 0));
    table.update(1, 1, 1);
    expect([...table.state[0]!]).toEqual(Array(10).fill(0.25));
  });

  it('brings each number of the gradient within a limit', () => {
    const table = new RowTable(start(), 5, sgd());
    table.gather([1, 2, 1]);
    accumulate(table, Float32Array.of(3, -1, -9, 0.25, -2.5, -1));
    table.clip(0.5);
    table.update(1, 1, 1);
    expect([...table.table]).toEqual([0, 0, 0.5, 2.5, 3.5, 3.75, 5, 6, 7, 8]);
  });

  it('sums the gradients of several batches until the step is taken', () => {
    const table = new RowTable(start(), 5, sgd(0, 0.5), { sumsBatches: true });
    const step = (number: number, ...batches: [ids: number[], gradient: number[]][]) => {
      let squares = 0;
      for (const [ids, gradient] of batches) {
        table.gather(ids);
        squares = accumulate(table, Float32Array.from(gradient));
      }
      table.update(number, 1, 1);
      return squares;
    };
    // The second batch is the larger one: the memory grows between them.
    expect(
      step(
        1,
        [[1], [1, 0]],
        [
          [2, 1, 2],
          [0, 1, 0, 2, 0, 3],
        ],
      ),
    ).toBe(1 + 4 + 16);
    expect([...table.table.subarray(0, 8)]).toEqual([0, 0, 0, 0, 3, 0, 5, 6]);
    // Each row starts from zero, and makes up for its momentum when a later batch of the step names it.
    expect(step(2, [[3], [1, 1]], [[2], [0, 0]])).toBe(2);
    table.settle();
    expect([...table.table.subarray(0, 8)]).toEqual([0, 0, -0.5, -1, 3, -2, 4, 5]);
  });

  it('grows by a large batch after a small one of the same step', () => {
    const rows = 3000;
    const table = new RowTable(new Float32Array(rows * 20), rows, sgd(), { sumsBatches: true });
    const ids = Array.from({ length: rows - 1 }, (_, i) => i + 1);
    for (const part of [ids.slice(0, 3), ids, ids]) {
      table.gather(part);
      accumulate(table, new Float32Array(20 * part.length).fill(-1));
    }
    table.update(1, 1, 1);
    expect([...new Set(table.table.subarray(20, 80))]).toEqual([3]);
    expect([...new Set(table.table.subarray(80))]).toEqual([2]);
  });

  it('settles twice as once', () => {
    const table = new RowTable(start(), 5, sgd(0, 0.9));
    for (const [i, ids] of [[1], [2], [3], [2]].entries()) {
      table.gather(ids);
      accumulate(table, Float32Array.of(1, -1));
      table.update(i + 1, 0.1, 1);
    }
    table.settle();
    const once = [table.table.slice(), ...table.state.map((state) => state.slice())];
    table.settle();
    expect([table.table, ...table.state]).toEqual(once);
  });
});
