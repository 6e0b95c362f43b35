import { describe, expect, it } from 'vitest';
import * as g from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Node, Value } from '../../src/graph/ops';
import { printGraph } from '../../src/graph/print';
import { scan } from '../../src/graph/scan';
import { topologicalOrder } from '../../src/graph/walk';
import { gradientProgram } from '../../src/trainer/programs';

/** Text without the indentation that it has in this file. */
function text(block: string): string {
  const lines = block.split('\n').slice(1, -1);
  const indent = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** h' = tanh(h R + x) over time. */
function plainRecurrence() {
  const x = g.input('x', ['time', 'batch', 2]);
  const weight = g.input('weight', [2, 2]);
  const { carries, stacked } = scan({
    initial: [g.named(g.fill(0, ['batch', 2]), 'h')],
    sequences: [x],
    captured: [weight],
    step: ([h], [xt], [recurrent]) => {
      const next = g.tanh(g.add(g.matmul(h!, recurrent!), xt!));
      return { carries: [next], stacked: [next] };
    },
  });
  return { x, weight, last: carries[0]!, states: g.named(stacked[0]!, 'states') };
}

describe('a printed graph', () => {
  it('has one line a node, with shapes, attributes and names', () => {
    const x = g.input('x', ['batch', 2]);
    const ids = g.input('ids', ['batch'], 'int64');
    const weight = g.input('weight', [3, 2]);
    const rows = g.gatherRows(weight, ids);
    const product = g.named(g.matmul(x, weight, { transposeB: true }), 'logits');
    const [left, right] = g.split(g.mul(rows, 0.5), -1, [1, 1]);
    g.named(right!, 'right');
    const graph = [g.sum(product, [-1], true), g.sub(left!, right!), g.pad(x, 0, 1, 0)];
    expect(printGraph(graph)).toBe(
      text(`
        %0 [batch, 2] = input  # x
        %1 [3, 2] = input  # weight
        %2 [batch, 3] = matmul %0 %1 transposeB  # logits
        %3 [batch, 1] = sum %2 axes=[1] keepDims
        %4 int64 [batch] = input  # ids
        %5 [batch, 2] = gatherRows %1 %4
        %6 [] = constant data=[0.5]
        %7 [batch, 2] = mul %5 %6
        %8 [batch, 1], %9 [batch, 1] = split %7 axis=-1 sizes=[1, 1]  # %9 right
        %10 [batch, 1] = sub %8 %9
        %11 [batch+1, 2] = pad %0 axis=0 before=1 after=0
        return %3 %10 %11
      `),
    );
  });

  it('prints a value once, however often it is used', () => {
    const x = g.input('x', [2]);
    const square = g.mul(x, x);
    expect(printGraph([g.add(square, square), square])).toBe(
      text(`
        %0 [2] = input  # x
        %1 [2] = mul %0 %0
        %2 [2] = add %1 %1
        return %2 %1
      `),
    );
  });

  it('shortens long constants', () => {
    const long = g.constant(
      Array.from({ length: 20 }, (_, i) => i),
      [20],
    );
    expect(printGraph([long])).toBe(
      text(`
        %0 [20] = constant data=[0, 1, 2, 3, 4, 5, 6, 7, ... 12 more]
        return %0
      `),
    );
  });

  it("shows a program's inputs in their order, and its results' names", () => {
    const [a, b] = [g.input('a', []), g.input('b', [])];
    expect(printGraph({ name: 'half', inputs: [b, a], outputs: { out: g.div(a, 2), a } })).toBe(
      text(`
        program half
        %0 [] = input  # b
        %1 [] = input  # a
        %2 [] = constant data=[2]
        %3 [] = div %1 %2
        return out=%3 a=%1
      `),
    );
  });

  it('indents the body of a scan', () => {
    const { last, states } = plainRecurrence();
    expect(printGraph([last, states])).toBe(
      text(`
        %0 [batch, 2] = fill value=0  # h
        %1 [time, batch, 2] = input  # x
        %2 [2, 2] = input  # weight
        %3 [batch, 2], %4 [time, batch, 2] = scan %0 %1 %2  # %4 states
          %5 [batch, 2] = carry from %0  # h_t
          %6 [batch, 2] = slice of %1  # x_t
          %7 [2, 2] = captured %2  # weight_t
          %8 [batch, 2] = matmul %5 %7
          %9 [batch, 2] = add %8 %6
          %10 [batch, 2] = tanh %9
          next %10
          stack %10
        return %3 %4
      `),
    );
  });
});

describe('the gradient of a scan', () => {
  it('is a scan back in time, with all that can be outside of it', () => {
    const { x, weight, states } = plainRecurrence();
    const seed = g.input('seed', ['time', 'batch', 2]);
    const [xGradient, weightGradient] = differentiate([states], [seed], [x, weight]);
    // 1 - h^2, the states before each step and the weight's gradient stand outside; inside is one product.
    expect(printGraph([xGradient!, weightGradient!])).toBe(
      text(`
        %0 [batch, 2] = fill value=0
        %1 [time, batch, 2] = input  # seed
        %2 [] = constant data=[1]
        %3 [batch, 2] = fill value=0  # h
        %4 [time, batch, 2] = input  # x
        %5 [2, 2] = input  # weight
        %6 [batch, 2], %7 [time, batch, 2] = scan %3 %4 %5  # %7 states
          %8 [batch, 2] = carry from %3  # h_t
          %9 [batch, 2] = slice of %4  # x_t
          %10 [2, 2] = captured %5  # weight_t
          %11 [batch, 2] = matmul %8 %10
          %12 [batch, 2] = add %11 %9
          %13 [batch, 2] = tanh %12
          next %13
          stack %13
        %14 [time, batch, 2] = mul %7 %7
        %15 [time, batch, 2] = sub %2 %14
        %16 [batch, 2], %17 [time, batch, 2] = scan %0 %1 %15 %5 reverse  # %17 x_t_grad
          %18 [batch, 2] = carry from %0  # h_t_grad
          %19 [batch, 2] = slice of %1  # tanh_grad
          %20 [batch, 2] = slice of %15  # sub
          %21 [2, 2] = captured %5  # weight_t
          %22 [batch, 2] = add %18 %19
          %23 [batch, 2] = mul %22 %20  # x_t_grad
          %24 [batch, 2] = matmul %23 %21 transposeB  # h_t_grad
          next %24
          stack %23
        %25 [time-1, batch, 2] = trim %7 axis=0 before=0 after=1
        %26 [time, batch, 2] = pad %25 axis=0 before=1 after=0
        %27 [2, 2] = outerSum %26 %17  # weight_grad
        return %17 %27
      `),
    );
  });

  /** The operations inside of each scan of the graph, in the order of the graph. */
  const loops = (values: readonly Value[]): string[][] =>
    topologicalOrder(values)
      .filter((node): node is Node<'scan'> => node.op === 'scan')
      .map(({ attributes: { body } }) =>
        topologicalOrder([...body.nextCarries, ...body.stacked]).map(({ op }) => op),
      );
  const count = (ops: readonly string[], op: string) => ops.filter((other) => other === op).length;

  // A GRU's three gates each have a product of their own, which their addition is part of.
  for (const [type, products] of [
    ['rnn', 1],
    ['gru', 3],
    ['lstm', 1],
  ] as const) {
    for (const bidirectional of [false, true]) {
      it(`of a ${bidirectional ? 'bidirectional ' : ''}${type} has ${products} products in its loop, and no sum`, () => {
        const { program } = gradientProgram(
          {
            task: 'single-label',
            maxLength: 9,
            model: {
              type,
              embedding: { size: 2, frozen: false },
              hiddenSize: 3,
              layers: 2,
              bidirectional,
              dropout: 0.5,
              pooling: 'mean',
              head: { hiddenSize: 4 },
            },
            embeddingSize: 2,
            outputs: 3,
            loss: 'crossEntropy',
          },
          true,
        );
        const found = loops(Object.values(program.outputs));
        expect(found.length).toBe(bidirectional ? 8 : 4);
        for (const ops of found) {
          expect(count(ops, 'matmul')).toBe(products);
          expect(ops.filter((op) => op === 'outerSum' || op === 'sum' || op === 'scan')).toEqual([]);
        }
      });
    }
  }

  it('takes products from the forward pass instead of making them again', () => {
    // h' = a t with t = tanh(h + b): its gradient needs a (1 - t^2) = a - h' t, and t itself.
    const [a, b] = ['a', 'b'].map((name) => g.input(name, ['time', 2]));
    const { stacked } = scan({
      initial: [g.fill(0, [2])],
      sequences: [a!, b!],
      captured: [],
      step: ([h], [at, bt]) => {
        const next = g.mul(at!, g.tanh(g.add(h!, bt!)));
        return { carries: [next], stacked: [next] };
      },
    });
    const gradients = differentiate(stacked, [g.input('seed', ['time', 2])], [a!, b!]) as Value[];
    const outside = topologicalOrder(gradients).map(({ op }) => op);
    expect(count(outside, 'sub')).toBe(1);
    // h' t, and the gradient of a; without it t^2 and 1 - t^2 times a as well.
    expect(count(outside, 'mul')).toBe(2);
  });
});
