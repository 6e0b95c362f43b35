import { describe, expect, it } from 'vitest';
import * as g from '../../src/graph/build';
import type { Program } from '../../src/graph/program';
import { scan } from '../../src/graph/scan';
import { toOnnx, toOnnxModel } from '../../src/onnx/model';
import type { Executor } from '../../src/runtime/executor';
import { onnxruntimeExecutor, openModelBytes } from '../../src/runtime/onnxruntime';
import { checkOperation } from '../support/check-operation';
import { operationRows } from '../support/operation-rows';

/** The processor has no products in 16 bits: it computes these in 32, but only where all types fit together. */
const halved: Executor = {
  ...onnxruntimeExecutor({ threads: 1 }),
  compile: (program) => openModelBytes(toOnnx(program, undefined, { half: true }), { threads: 1 }),
};

const products = [
  ...(['matmul', 'affine', 'outerSum', 'convolution', 'convolutionMax'] as const),
  ...(['gatherWindows', 'scatterAddWindows', 'scan'] as const),
];

describe('products in 16 bits', () => {
  for (const op of products) {
    operationRows[op].forEach((row, i) => {
      // 11 bits of fraction.
      it(`${op} ${i} is what was worked out by hand, rounded`, () =>
        checkOperation(row, op, halved, 2 ** -11));
    });
  }

  it('are of rounded operands, come back in 32 bits, and nothing else is rounded', () => {
    const [a, b] = [g.input('a', [1, 1]), g.input('b', [1, 1])];
    const outputs = { product: g.matmul(a, b), sum: g.add(a, b), both: g.add(g.matmul(b, a), a) };
    const { node } = toOnnxModel({ name: 'rounding', inputs: [a, b], outputs }, undefined, { half: true })
      .graph!;
    const bits = new Map(['a', 'b'].map((name) => [name, 32]));
    for (const { opType, input, output, attribute } of node) {
      const from = new Set(input.map((name) => bits.get(name)));
      const isProduct = opType === 'MatMul' || opType === 'Gemm';
      // 10 is FLOAT16, 1 is FLOAT.
      if (opType === 'Cast') bits.set(output[0]!, { 10: 16, 1: 32 }[Number(attribute[0]!.i)]!);
      else {
        expect([...from], opType).toEqual([isProduct ? 16 : 32]);
        bits.set(output[0]!, isProduct ? 16 : 32);
      }
    }
    expect(Object.keys(outputs).map((name) => bits.get(name))).toEqual([32, 32, 32]);
    expect(node.filter(({ opType }) => opType === 'MatMul' || opType === 'Gemm')).toHaveLength(2);
  });

  it('round a weight once for all who multiply by it, and in no loop', () => {
    const [x, weight] = [g.input('x', ['time', 2]), g.input('weight', [2, 2])];
    const looped = scan({
      initial: [g.constant([0, 0], [1, 2])],
      sequences: [g.reshape(x, ['time', 1, 2])],
      captured: [weight],
      step: ([state], [slice], [w]) => {
        const next = g.add(g.matmul(state!, w!), slice!);
        return { carries: [next], stacked: [] };
      },
    });
    const program: Program = {
      name: 'shared',
      inputs: [x, weight],
      outputs: {
        there: g.matmul(x, weight),
        back: g.matmul(x, weight, { transposeB: true }),
        last: looped.carries[0]!,
      },
    };
    const { node } = toOnnxModel(program, undefined, { half: true }).graph!;
    const casts = node.filter(({ opType, attribute }) => opType === 'Cast' && attribute[0]!.i === 10n);
    expect(casts.flatMap(({ input }) => input)).toEqual(['x', 'weight']);
    const body = node.find(({ opType }) => opType === 'Scan')!.attribute.find(({ name }) => name === 'body')!;
    expect(body.g!.node.map(({ opType }) => opType)).not.toContain('Cast');
  });
});
