import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { add, affine, fill, gatherRows, gelu, input, matmul, mul, tanh } from '../../src/graph/build';
import type { Program } from '../../src/graph/program';
import { scan } from '../../src/graph/scan';
import { halveWeights } from '../../src/onnx/half';
import { toOnnxModel } from '../../src/onnx/model';
import { quantizeColumns, quantizeRows, quantizeWeights } from '../../src/onnx/quantize';
import { readModel } from '../../src/onnx/read';
import { modelChunks, modelFiles, sizeOfChunks } from '../../src/onnx/write';
import { loadModelFile, openModelBytes } from '../../src/runtime/onnxruntime';
import { intTensor } from '../support/run';

/** Words to logits, with two large products of one operand and a small one without a bias. */
const [words, size, classes] = [90, 64, 3];
const ids = input('ids', ['batch', 'time'], 'int64');
const table = input('table', [words, size]);
const first = input('first', [size, size]);
const bias = input('bias', [size]);
const second = input('second', [size, size]);
const last = input('last', [size, classes]);
const x = gatherRows(table, ids);
const hidden = gelu(mul(affine(x, first, bias), tanh(affine(x, second, bias))));
const scores = matmul(hidden, x, { transposeB: true });
const weights = [table, first, bias, second, last];
const program: Program = {
  name: 'words',
  inputs: [ids, ...weights],
  outputs: { logits: matmul(matmul(tanh(scores), x), last) },
};
const random = createRandom(17);
const data = new Map(
  weights.map(({ name, shape }) => {
    const count = (shape as number[]).reduce((a, b) => a * b, 1);
    return [name!, Float32Array.from({ length: count }, () => random.normal() / 8)] as const;
  }),
);
const model = toOnnxModel(program, data, { standard: true });
const feeds = { ids: intTensor([2, 5], [1, 2, 3, 4, 5, 89, 88, 0, 7, 7]) };

async function logitsOf(chunks: Uint8Array[]): Promise<number[]> {
  const executable = await openModelBytes(Buffer.concat(chunks), { threads: 1 });
  const { logits } = await executable.run(feeds);
  await executable.release();
  return Array.from(logits!.data, Number);
}

const noFile = () => {
  throw new Error('no other file');
};

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

let truth: number[];
beforeAll(async () => {
  truth = await logitsOf(modelChunks(model));
});

describe('a model in pieces', () => {
  it('is what the protobuf library writes, but for the order of fields', () => {
    const whole = Buffer.concat(modelChunks(model));
    expect(toBinary(ModelProtoSchema, fromBinary(ModelProtoSchema, whole))).toEqual(
      toBinary(ModelProtoSchema, model),
    );
  });

  it('copies no weight', () => {
    const chunks = modelChunks(model);
    for (const [name, { buffer }] of data) {
      expect(
        chunks.some((chunk) => chunk.buffer === buffer),
        name,
      ).toBe(true);
    }
  });

  it('has a file beside it where it would be too large, and is read back from both', async () => {
    const files = modelFiles(model, 'model.onnx_data', 30_000);
    expect(sizeOfChunks(files.model)).toBeLessThan(5_000);
    const beside = Buffer.concat(files.data!);
    expect(beside.length).toBeGreaterThan(4 * (words * size + 2 * size * size));
    const read = readModel(Buffer.concat(files.model), (name, offset, length) => {
      expect([name, offset % 64]).toEqual(['model.onnx_data', 0]);
      return beside.subarray(offset, offset + length!);
    });
    expect(await logitsOf(modelChunks(read))).toEqual(truth);
  });

  it('is opened from both files by onnxruntime', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'textclf-onnx-'));
    const files = modelFiles(model, 'model.onnx_data', 30_000);
    writeFileSync(join(folder, 'model.onnx'), Buffer.concat(files.model));
    writeFileSync(join(folder, 'model.onnx_data'), Buffer.concat(files.data!));
    const executable = await loadModelFile(join(folder, 'model.onnx'), { threads: 1 });
    const { logits } = await executable.run(feeds);
    await executable.release();
    rmSync(folder, { recursive: true });
    expect(Array.from(logits!.data, Number)).toEqual(truth);
  });

  it.each(['../secret', 'a/b', 'a\\b', '..', ''])('reads no weights from %j', (name) => {
    const { model: chunks } = modelFiles(model, name, 30_000);
    expect(() => readModel(Buffer.concat(chunks), noFile)).toThrow('its weights lie in');
  });

  it('uses only standard operations when told to, with the same results', async () => {
    const standard = new Set(model.graph!.node.map(({ domain }) => domain));
    expect([...standard]).toEqual(['']);
    expect(model.opsetImport.map(({ domain }) => domain)).toEqual(['']);
    const own = toOnnxModel(program, data);
    expect(own.graph!.node.some(({ domain }) => domain === 'com.microsoft')).toBe(true);
    expect(largestDifference(await logitsOf(modelChunks(own)), truth)).toBeLessThan(1e-6);
  });
});

/** As it is after it has been written and read. */
function read(changed: ModelProto): ModelProto {
  return readModel(Buffer.concat(modelChunks(changed)), noFile);
}

describe('a model in fewer bits', () => {
  const bytes = sizeOfChunks(modelChunks(model));

  it('of 16 bits has half the size and nearly the same results', async () => {
    const half = modelChunks(halveWeights(read(model)));
    expect(sizeOfChunks(half) / bytes).toBeLessThan(0.55);
    expect(largestDifference(await logitsOf(half), truth)).toBeLessThan(2e-3);
    expect(await logitsOf(half)).not.toEqual(truth);
  });

  it('keeps 32 bits where 16 cannot hold a number', async () => {
    const huge = new Map(data).set(
      'first',
      data.get('first')!.map((value, i) => (i === 9 ? 65_520 : value)),
    );
    const kept = halveWeights(toOnnxModel(program, huge)).graph!.initializer.map(({ name }) => name);
    expect(kept).toContain('first');
    expect(kept).toContain('second_fp16');
  });

  it('of 8 bits has a quarter of the size, and products of whole numbers', async () => {
    const quantized = quantizeWeights(read(model));
    const chunks = modelChunks(quantized);
    expect(sizeOfChunks(chunks) / bytes).toBeLessThan(0.33);
    const operations = quantized.graph!.node.map(({ opType }) => opType);
    expect(operations.filter((name) => name === 'MatMulInteger')).toHaveLength(2);
    // Both products are of the same operand.
    expect(operations.filter((name) => name === 'DynamicQuantizeLinear')).toHaveLength(1);
    const scale = Math.max(...truth.map(Math.abs));
    expect(largestDifference(await logitsOf(chunks), truth)).toBeLessThan(0.05 * scale);
  });
});

describe('levels', () => {
  it('of columns are at most half a level off, and fit a sum of two products in 16 bits (seed 23)', () => {
    const draw = createRandom(23);
    const [rows, columns] = [40, 7];
    const floats = Float32Array.from(
      { length: rows * columns },
      (_, i) => draw.normal() * 10 ** ((i % columns) - 3),
    );
    const { values, scales } = quantizeColumns(floats, columns);
    expect(2 * 255 * Math.max(...values.map(Math.abs))).toBeLessThan(2 ** 15);
    floats.forEach((value, i) => {
      const scale = scales[i % columns]!;
      expect(Math.abs(values[i]! * scale - value)).toBeLessThanOrEqual(0.5001 * scale);
    });
    for (let column = 0; column < columns; column++) {
      const ofColumn = Array.from({ length: rows }, (_, row) => Math.abs(values[row * columns + column]!));
      expect(Math.max(...ofColumn)).toBe(64);
    }
  });

  it('of rows have their own scale; a row of zeros stays one', () => {
    const { values, scales } = quantizeRows(Float32Array.of(0.5, -1, 0, 0, 1e-3, 127e-3), 3, 2);
    expect([...values]).toEqual([64, -127, 0, 0, 1, 127]);
    expect(scales[1]).toBe(0);
    expect(scales[2]).toBeCloseTo(1e-3, 8);
  });
});

describe('the sum of a product and something else', () => {
  const a = input('a', ['batch', 3]);
  const w = input('w', [3, 2]);
  const c = input('c', ['batch', 2]);
  const opsOf = (outputs: Program['outputs']) =>
    toOnnxModel({ name: 'sums', inputs: [a, w, c], outputs }).graph!.node.map(({ opType }) => opType);

  it('is one operation, whichever comes first', () => {
    expect(opsOf({ y: add(matmul(a, w), c) })).toEqual(['Gemm']);
    expect(opsOf({ y: add(c, matmul(a, w)) })).toEqual(['Gemm']);
  });

  it('is two where something else reads the product', () => {
    const product = matmul(a, w);
    expect(opsOf({ y: add(product, c), product })).toEqual(['MatMul', 'Add']);
  });
});

describe('a matrix that a loop multiplies by', () => {
  const x = input('x', ['time', 'batch', 3]);
  const weight = input('weight', [3, 3]);
  const steps = scan({
    initial: [fill(0, ['batch', 3])],
    sequences: [x],
    captured: [weight],
    step: ([h], [xt], [w]) => ({ carries: [add(matmul(matmul(h!, w!), w!), xt!)], stacked: [] }),
  });

  it('is transposed once, outside of the loop', () => {
    const program = { name: 'loop', inputs: [x, weight], outputs: { last: steps.carries[0]! } };
    const { node } = toOnnxModel(program).graph!;
    const transposes = node.filter(({ opType }) => opType === 'Transpose');
    expect(transposes.map(({ input }) => input)).toEqual([['weight']]);
    const body = node.find(({ opType }) => opType === 'Scan')!.attribute.find(({ name }) => name === 'body')!;
    expect(body.g!.node.map(({ opType }) => opType)).toEqual(['Gemm', 'Gemm']);
    for (const { input: operands } of body.g!.node) expect(operands[1]).toBe(transposes[0]!.output[0]);
  });
});
