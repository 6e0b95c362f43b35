import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { type Batch, type EncodedText, makeBatch } from '../../src/trainer/batch';
import type { ModelShape } from '../../src/trainer/programs';
import { mergeLogits, splitBatch } from '../../src/trainer/shards';
import { TrainingStep } from '../../src/trainer/training-step';
import { expectClose } from '../support/close';

const replicaFile = new URL('../../dist/replica.js', import.meta.url);

const shapeOf = (size: number, dropout = 0): ModelShape => ({
  model: {
    type: 'lstm',
    embedding: { size, frozen: false },
    hiddenSize: 4,
    layers: 1,
    bidirectional: true,
    dropout,
    pooling: 'mean',
    head: { hiddenSize: 0 },
  },
  embeddingSize: size,
  task: 'single-label',
  loss: 'crossEntropy',
  outputs: 3,
  maxLength: 16,
});
const shape = shapeOf(5);

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

interface Variant {
  readonly size: number;
  readonly threads?: number;
  readonly frozenEmbedding?: boolean;
  readonly gradientAccumulation?: number;
  readonly gradientClipBy?: 'norm' | 'value';
  readonly dropout?: number;
}

/** A step from the same start each time; with `replicaFile` in parts, without in one. */
async function compile(variant: Variant, file: { replicaFile?: URL }) {
  const { size, threads = 2, frozenEmbedding = false, gradientAccumulation = 1, dropout } = variant;
  const start = createRandom(seed);
  const step = await TrainingStep.compile(onnxruntimeExecutor({ threads, ...file }), {
    shape: shapeOf(size, dropout),
    optimizer: { type: 'sgd', learningRate: 0.5, momentum: 0.9, nesterov: false, weightDecay: 0 },
    gradientClip: 0.5,
    gradientClipBy: variant.gradientClipBy ?? 'norm',
    gradientAccumulation,
    embedding: Float32Array.from({ length: 30 * size }, (_, i) => (i < size ? 0 : start.normal())),
    frozenEmbedding,
    vocabularySize: 30,
  });
  step.parameters.initialize(createRandom(1));
  return step;
}

/** At least one batch has fewer texts than there are threads. */
const batches = [8, 7, 1, 5, 8, 2].map((size) => makeBatch(texts(size), shape));

describe('training in parts', () => {
  it.each<[string, Variant]>([
    ['whose rows fill vectors', { size: 8 }],
    ['whose rows do not', { size: 5 }],
    ['in three', { size: 8, threads: 3 }],
    ['over a frozen table', { size: 8, frozenEmbedding: true }],
    ['two batches a step', { size: 8, threads: 3, gradientAccumulation: 2 }],
    ['with each number clipped', { size: 5, gradientClipBy: 'value' }],
  ])(`equals training in one: %s, seed ${seed}`, async (_, variant) => {
    const [one, parts] = [await compile(variant, {}), await compile(variant, { replicaFile })];
    for (const [i, batch] of batches.entries()) {
      const isLast = (i + 1) % (variant.gradientAccumulation ?? 1) === 0;
      const part = { divisor: batch.divisor, isLast };
      const expected = await one.train(batch, 0.5, random, part);
      const result = await parts.train(batch, 0.5, random, part);
      expectClose(result.logits, expected.logits, 1e-5, 'logits');
      expect(result.loss).toBeCloseTo(expected.loss, 5);
      for (const step of [one, parts]) step.settle();
      expectClose(
        (await parts.evaluate(batch)).logits,
        (await one.evaluate(batch)).logits,
        1e-5,
        'evaluated',
      );
    }
    expectClose(parts.table.table, one.table.table, 1e-5, 'table');
    for (const [name, { data }] of Object.entries(one.parameters.values)) {
      expectClose(parts.parameters.values[name]!.data as Float32Array, data as Float32Array, 1e-5, name);
    }
    await Promise.all([one.release(), parts.release()]);
  });

  it.each([2, 3])('repeats itself bit by bit in %i, dropout included', async (threads) => {
    const train = async () => {
      const step = await compile({ size: 8, threads, dropout: 0.5 }, { replicaFile });
      const masks = createRandom(3);
      const seen: number[] = [];
      for (const batch of [...batches, ...batches]) {
        const { loss, logits } = await step.train(batch, 0.5, masks);
        seen.push(loss, ...logits);
      }
      step.settle();
      const weights = Object.values(step.parameters.feeds).map(({ data }) => data.slice());
      const state = [step.table.table, ...step.table.state].map((array) => array.slice());
      await step.release();
      return { seen, weights, state };
    };
    expect(await train()).toEqual(await train());
  });

  it('changes nothing where the loss is not finite, and can go on', async () => {
    const [step, twin] = [
      await compile({ size: 8 }, { replicaFile }),
      await compile({ size: 8 }, { replicaFile }),
    ];
    const [first, second] = batches as [Batch, Batch];
    const spoilt = { ...first, weights: { ...first.weights, data: new Float32Array(24).fill(Number.NaN) } };
    expect((await step.train(spoilt, 0.5, random)).loss).toBeNaN();
    for (const one of [step, twin]) await one.train(second, 0.5, random);
    expect(step.table.table).toEqual(twin.table.table);
    await Promise.all([step.release(), twin.release()]);
  });

  it('fails with the words of a part that fails, and lets all threads go', async () => {
    const step = await compile({ size: 8, threads: 3 }, { replicaFile });
    const [batch] = batches as [Batch];
    // One text more than there are: the first part's program fails, or all do.
    const broken = { ...batch, targets: { ...batch.targets, shape: [batch.size, 2] } };
    await expect(step.train(broken, 0.5, random)).rejects.toThrow(/targets|dimension/i);
    expect((await step.train(batch, 0.5, random)).loss).toBeGreaterThan(0);
    await step.release();
  });
});
