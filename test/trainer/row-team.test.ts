import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import { input, mul } from '../../src/graph/build';
import { createOptimizer, type OptimizerOptions } from '../../src/nn/optimizers';
import { toOnnx } from '../../src/onnx/model';
import { floatTensor, type Replica } from '../../src/runtime/executor';
import { openReplica } from '../../src/runtime/replica';
import { type PartTask, PartWork } from '../../src/trainer/part-work';
import { RowTable } from '../../src/trainer/row-table';
import { RowTeam } from '../../src/trainer/row-team';

/** `npm test` builds it. */
const replicaFile = new URL('../../dist/replica.js', import.meta.url);

const ROWS = 300;
const seed = 20270314;

const moments = { learningRate: 0.05, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const rmsprop = { learningRate: 0.05, alpha: 0.99, epsilon: 1e-8, momentum: 0.9, centered: true };
const optimizers: readonly (readonly [name: string, options: OptimizerOptions])[] = [
  ['adam', { ...moments, type: 'adam' }],
  ['adamW with weight decay', { ...moments, type: 'adamW', weightDecay: 0.1 }],
  ['adam with weight decay, which moves every row', { ...moments, type: 'adam', weightDecay: 0.1 }],
  ['radam, which does so at first', { ...moments, type: 'radam' }],
  ['nadam', { ...moments, type: 'nadam', momentumDecay: 0.004 }],
  ['rmsprop', { ...rmsprop, type: 'rmsprop', weightDecay: 0 }],
  ['sgd', { type: 'sgd', learningRate: 0.05, momentum: 0, nesterov: false, weightDecay: 0 }],
  ['sgd with momentum', { type: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0 }],
];

/** The gradient of each vector is the vector times a factor: a model that computes what can be told beforehand. */
function timesFactor(width: number): Uint8Array {
  const [embedded, factor] = [input('embedded', ['time', 'batch', width]), input('factor', [])];
  const outputs = { embedded_grad: mul(embedded, factor) };
  return toOnnx({ name: 'times', inputs: [embedded, factor], outputs });
}

/** Frequent rows and rare ones, padding among them. */
function drawIds(random: Random, count: number): Int32Array {
  return Int32Array.from({ length: count }, () => Math.floor(ROWS ** random.next()) - 1);
}

interface Batch {
  readonly ids: Int32Array;
  /** Tokens of each thread's part; of the threads after the last one, none. */
  readonly parts: readonly number[];
  readonly factor: number;
}

/** One thread after the other gets a part of some tokens, the last ones at times none. */
function drawBatch(random: Random, threads: number, tokens: number): Batch {
  const parts: number[] = [];
  for (let thread = 0; thread < threads && (thread === 0 || random.next() < 0.8); thread++) {
    parts.push(1 + random.integer(tokens));
  }
  const ids = drawIds(
    random,
    parts.reduce((sum, part) => sum + part, 0),
  );
  return { ids, parts, factor: Math.fround(random.next() - 0.5) };
}

/** A batch's pass over a table that is one thread's: gathering, then the gradient. */
function passAlone(table: RowTable, { ids, factor }: Batch): void {
  const embedded = table.gather(ids);
  table.gradient.set(embedded.map((value) => value * factor));
  table.accumulate();
}

/** The same by all threads, each over its part. */
async function passTogether(table: RowTable, team: RowTeam, replicas: readonly Replica[], batch: Batch) {
  const { ids, parts, factor } = batch;
  await team.haveLeft();
  table.start(ids);
  let first = 0;
  const tasks = parts.map((part): PartTask => {
    first += part;
    return { tokens: ids.length, first: first - part, time: part, size: 1 };
  });
  const running = tasks.slice(0, -1).map((task, i) => {
    replicas[i]!.begin(task);
    return replicas[i]!.run({ factor: floatTensor([], [factor]) });
  });
  team.meet(ids.length);
  // The last part is this thread's.
  const own = new PartWork(table.work, false).begin(tasks.at(-1)!);
  const vectors = own.feeds.embedded!.data as Float32Array;
  (own.into.embedded_grad!.data as Float32Array).set(vectors.map((value) => value * factor));
  own.end();
  await Promise.all(running);
  table.look();
  team.beginAccumulate();
  await team.accumulate();
}

async function compare(options: OptimizerOptions, width: number, threads: number, batchesAStep: number) {
  const random = createRandom(seed);
  const start = Float32Array.from({ length: ROWS * width }, (_, i) => (i < width ? 0 : random.normal()));
  const make = (count: number) =>
    new RowTable(start, ROWS, createOptimizer(options), { sumsBatches: batchesAStep > 1, threads: count });
  const [alone, together] = [make(1), make(threads)];
  const model = timesFactor(width);
  const replicas = await Promise.all(
    Array.from({ length: threads - 1 }, () => openReplica(replicaFile, model)),
  );
  try {
    const team = await RowTeam.assemble(together, replicas, options, false);
    for (let step = 1; step <= 25; step++) {
      for (let batch = 0; batch < batchesAStep; batch++) {
        // The memory grows at every third one, and again.
        const drawn = drawBatch(random, threads, step % 3 === 0 ? 60 * step : 20);
        passAlone(alone, drawn);
        await passTogether(together, team, replicas, drawn);
        if (batch < batchesAStep - 1) team.part();
      }
      expect(together.squares()).toBe(alone.squares());
      const one = { step, learningRate: 0.05 / step, scale: 0.5 };
      team.beginUpdate(one);
      await team.update(one);
      team.part();
      alone.update(one.step, one.learningRate, one.scale);
      // Now and then all rows are brought up to date, as before an evaluation.
      if (step % 10 === 0) for (const table of [alone, together]) table.settle();
    }
    for (const table of [alone, together]) table.settle();
    expect(together.table).toEqual(alone.table);
    expect(together.state).toEqual(alone.state);
    expect(together.table.every(Number.isFinite)).toBe(true);
    expect(together.table.subarray(width)).not.toEqual(start.subarray(width));
  } finally {
    await Promise.all(replicas.map((replica) => replica.release()));
  }
}

describe(`threads that share a table leave in it, bit by bit, what one leaves alone, seed ${seed}`, () => {
  it.each(optimizers)('%s', (_, options) => compare(options, 8, 2, 1));

  // Rows of 6 numbers do not fill their last vector.
  for (const [width, threads, batches] of [
    [6, 2, 1],
    [8, 3, 1],
    [6, 3, 2],
    [100, 2, 3],
  ] as const) {
    it(`rows of ${width}, ${threads} threads, ${batches} batches a step`, () =>
      compare(optimizers[0]![1], width, threads, batches));
  }
});

describe('a team', () => {
  const [, options] = optimizers[0]!;
  const newTable = () =>
    new RowTable(new Float32Array(ROWS * 4).fill(1, 4), ROWS, createOptimizer(options), { threads: 2 });

  it('does not wait for a thread that will never come', async () => {
    const lost: Replica = {
      run: async () => ({}),
      tell: (message) =>
        (message as { type: string }).type === 'meet'
          ? Promise.reject(new Error('the thread ended'))
          : Promise.resolve(),
      begin: () => {},
      attend: () => {},
      release: async () => {},
    };
    const table = newTable();
    const team = await RowTeam.assemble(table, [lost], options, false);
    table.start([1, 2, 3]);
    table.look();
    team.meet(3);
    team.beginAccumulate();
    await expect(team.accumulate()).rejects.toThrow('the thread ended');
  });

  it('goes home without a step, and comes again', async () => {
    const table = newTable();
    const replica = await openReplica(replicaFile, timesFactor(4));
    const team = await RowTeam.assemble(table, [replica], options, false);
    for (let i = 0; i < 50; i++) {
      await team.haveLeft();
      team.meet(0);
      team.part();
    }
    await passTogether(table, team, [replica], { ids: Int32Array.of(1, 2, 1), parts: [1, 2], factor: 2 });
    team.part();
    expect(table.squares()).toBe(4 * 4 ** 2 + 4 * 2 ** 2);
    await replica.release();
  });
});
