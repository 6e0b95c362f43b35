import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { type EncodedText, makeBatch } from '../../src/trainer/batch';
import type { ModelShape } from '../../src/trainer/programs';
import { mergeLogits, splitBatch } from '../../src/trainer/shards';
import { TrainingStep } from '../../src/trainer/training-step';
import { expectClose } from '../support/close';

const replicaFile = new URL('../../dist/replica.js', import.meta.url);

const shape: ModelShape = {
  model: {
    type: 'lstm',
    embedding: { size: 5, frozen: false },
    hiddenSize: 4,
    layers: 1,
    bidirectional: true,
    dropout: 0,
    pooling: 'mean',
    head: { hiddenSize: 0 },
  },
  embeddingSize: 5,
  task: 'single-label',
  loss: 'crossEntropy',
  outputs: 3,
  maxLength: 16,
};

const seed = 20261122;
const random = createRandom(seed);

/** Texts of lengths from 1 on, of words 1 to 29. */
const texts = (count: number): EncodedText[] =>
  Array.from({ length: count }, () => ({
    ids: Int32Array.from({ length: 1 + random.integer(9) }, () => 1 + random.integer(29)),
    labels: [random.integer(3)],
  }));

describe('the parts of a batch', () => {
  it.each([
    [1, 2],
    [2, 2],
    [7, 2],
    [7, 3],
    [3, 8],
  ])('of %i texts in up to %i hold each text once', (size, count) => {
    const batch = makeBatch(texts(size), shape);
    const parts = splitBatch(batch, count);
    expect(parts).toHaveLength(Math.min(size, count));
    expect(parts.reduce((sum, part) => sum + part.size, 0)).toBe(size);
    const rows = parts.map(({ targets }) => targets.data as Float32Array);
    expect([...mergeLogits(rows, size)]).toEqual([...batch.targets.data]);
    for (const [number, part] of parts.entries()) {
      for (let i = 0; i < part.size; i++) {
        const column = number + i * parts.length;
        const own = idsOf(part.ids, part.time, part.size, i);
        expect(own).toEqual(idsOf(batch.ids, batch.time, batch.size, column));
        expect(part.labels[i]).toBe(batch.labels[column]);
      }
    }
  });
});

function idsOf(ids: Int32Array, time: number, size: number, column: number): number[] {
  return Array.from({ length: time }, (_, t) => ids[t * size + column]!).filter((id) => id !== 0);
}

it(`training in parts equals training in one, seed ${seed}`, async () => {
  const embedding = Float32Array.from({ length: 30 * 5 }, (_, i) => (i < 5 ? 0 : random.normal()));
  const compile = (options: object) =>
    TrainingStep.compile(onnxruntimeExecutor({ threads: 2, ...options }), {
      shape,
      optimizer: { type: 'sgd', learningRate: 0.5, momentum: 0.9, nesterov: false, weightDecay: 0 },
      gradientClip: 0.5,
      gradientClipBy: 'norm',
      gradientAccumulation: 1,
      embedding: Float32Array.from(embedding),
      frozenEmbedding: false,
      vocabularySize: 30,
    });
  const [one, two] = await Promise.all([compile({}), compile({ replicaFile })]);
  for (const step of [one, two]) step.parameters.initialize(createRandom(1));
  const dropout = createRandom(2);
  for (const size of [8, 7, 1, 5]) {
    const batch = makeBatch(texts(size), shape);
    const expected = await one.train(batch, 0.5, dropout);
    const result = await two.train(batch, 0.5, dropout);
    expectClose(result.logits, expected.logits, 1e-5, 'logits');
    expect(result.loss).toBeCloseTo(expected.loss, 5);
  }
  for (const step of [one, two]) step.settle();
  expectClose(two.table.table, one.table.table, 1e-5, 'table');
  for (const [name, { data }] of Object.entries(one.parameters.values)) {
    expectClose(two.parameters.values[name]!.data as Float32Array, data as Float32Array, 1e-5, name);
  }
  await Promise.all([one.release(), two.release()]);
});
