import { describe, expect, it } from 'vitest';
import * as g from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import { printGraph } from '../../src/graph/print';
import { scan } from '../../src/graph/scan';
import { substitute } from '../../src/graph/substitute';
import { expectClose } from '../support/close';
import { evaluate, floatTensor, intTensor } from '../support/run';

const x = g.input('x', ['time', 2]);
const weight = g.input('weight', [2, 2]);

describe('values computed from others', () => {
  it('use what stands for an input, keep names, and stay what they are where they do not depend on it', () => {
    const squared = g.mul(weight, weight);
    const sum = g.named(g.add(g.matmul(x, squared), x), 'sum');
    const twice = g.mul(x, 2);
    const newOf = substitute([sum, squared], new Map([[x, twice]]));
    expect(newOf(squared)).toBe(squared);
    expect(printGraph([newOf(sum)])).toBe(
      printGraph([g.named(g.add(g.matmul(twice, squared), twice), 'sum')]),
    );
    // What was there is as it was.
    expect(sum.node.inputs[1]).toBe(x);
  });

  it('are the same numbers, gradients through a loop among them', async () => {
    const { carries, stacked } = scan({
      initial: [g.fill(0, [2])],
      sequences: [x],
      captured: [weight],
      step: ([h], [xt], [w]) => {
        const next = g.tanh(g.add(g.reshape(g.matmul(g.reshape(h!, [1, 2]), w!), [2]), xt!));
        return { carries: [next], stacked: [next] };
      },
    });
    const loss = g.add(g.sum(carries[0]!, [0]), g.sum(g.mul(stacked[0]!, stacked[0]!), [0, 1]));
    const gradients = differentiate([loss], [g.constant(1)], [x, weight]).map((gradient) => gradient!);
    const all = [loss, ...gradients];
    const ids = g.input('ids', ['time'], 'int64');
    const table = g.input('table', [5, 2]);
    const newOf = substitute(all, new Map([[x, g.gatherRows(table, ids)]]));

    const rows = [3, 0, 3, 4];
    const numbers = Array.from({ length: 10 }, (_, i) => Math.sin(i));
    const w = floatTensor([2, 2], [0.5, -1, 0.25, 0.75]);
    const named = (values: typeof all) => Object.fromEntries(values.map((value, i) => [`r${i}`, value]));
    const found = await evaluate(named(all.map(newOf)), [table, ids, weight], {
      table: floatTensor([5, 2], numbers),
      ids: intTensor([4], rows),
      weight: w,
    });
    const fed = floatTensor(
      [4, 2],
      rows.flatMap((row) => numbers.slice(2 * row, 2 * row + 2)),
    );
    const expected = await evaluate(named(all), [x, weight], { x: fed, weight: w });
    for (const name of ['r0', 'r1', 'r2']) expectClose(found[name]!, expected[name]!, 1e-6, name);
  });

  it('must be of the same types', () => {
    const other = g.input('other', [3, 2]);
    expect(() => substitute([x], new Map([[x, other]]))).toThrow("'x' cannot be replaced");
  });
});
