import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { input, matmul, named, sum } from '../../src/graph/build';
import type { Program } from '../../src/graph/program';
import { type Executable, floatTensor, type Replica } from '../../src/runtime/executor';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { openReplica } from '../../src/runtime/replica';

/** `npm test` builds it. */
const replicaFile = new URL('../../dist/replica.js', import.meta.url);

function program(): Program {
  const a = input('a', ['rows', 3]);
  const b = input('b', [3, 2]);
  const product = named(matmul(a, b), 'product');
  return { name: 'product', inputs: [a, b], outputs: { product, total: sum(product, [0, 1]) } };
}

const feedsOf = (rows: number) => ({
  a: floatTensor(
    [rows, 3],
    Array.from({ length: 3 * rows }, (_, i) => i - rows),
  ),
  b: floatTensor([3, 2], [1, 2, 3, 4, 5, 6]),
});

describe('a model in a thread of its own', () => {
  let here: Executable;
  let there: Replica;

  beforeAll(async () => {
    const copies = await onnxruntimeExecutor({ threads: 2, replicaFile }).compileCopies(program(), 2);
    expect(copies).toHaveLength(2);
    [here, there] = copies as [Executable, Replica];
  });

  afterAll(() => Promise.all([here.release(), there.release()]));

  it.each([4, 1, 300, 2])('computes what the first copy does, with %i rows', async (rows) => {
    const feeds = feedsOf(rows);
    const [mine, its] = await Promise.all([here.run(feeds), there.run(feeds)]);
    expect(its).toEqual(mine);
    expect(its.product!.shape).toEqual([rows, 2]);
  });

  it('writes results where they are wanted', async () => {
    const product = floatTensor([5, 2]);
    const results = await there.run(feedsOf(5), { product });
    expect(results.product).toBe(product);
    expect(product.data).toEqual((await here.run(feedsOf(5))).product!.data);
    expect(results.total!.data).toHaveLength(1);
  });

  it('can be waited for in the thread, as soon as all results are where they are wanted', async () => {
    const [product, total] = [floatTensor([5, 2]), floatTensor([])];
    for (let i = 0; i < 20; i++) {
      product.data.fill(0);
      const running = there.run(feedsOf(5), { product, total });
      there.attend(10_000);
      // Nothing but what was waiting for it already comes before: no message.
      let isDone = false;
      running.then(() => {
        isDone = true;
      });
      for (let tick = 0; tick < 10; tick++) await Promise.resolve();
      expect(isDone).toBe(true);
      expect(product.data).toEqual((await here.run(feedsOf(5))).product!.data);
    }
  });

  it('is not waited for in vain where the run fails or gives results by message', async () => {
    const failing = there.run({ a: floatTensor([2, 3]) });
    there.attend(5);
    await expect(failing).rejects.toThrow("the input 'b' is not fed");
    const telling = there.run(feedsOf(2));
    there.attend(5);
    expect((await telling).total!.data).toHaveLength(1);
  });

  it('says with the run what went wrong at its begin, and goes on', async () => {
    // There is no table that anything could be begun on.
    there.begin({ tokens: 1, first: 0, time: 1, size: 1 });
    await expect(there.run(feedsOf(2))).rejects.toThrow(/undefined/);
    expect((await there.run(feedsOf(2))).total!.data).toHaveLength(1);
  });

  it('says what is wrong, and goes on', async () => {
    await expect(there.run({ a: floatTensor([2, 3]) })).rejects.toThrow("the input 'b' is not fed");
    await expect(there.run({ ...feedsOf(2), b: floatTensor([4, 2]) })).rejects.toThrow(/dimension/i);
    expect((await there.run(feedsOf(2))).total!.data).toHaveLength(1);
  });
});

it('has a single copy where there is no thread to be had', async () => {
  const copies = await onnxruntimeExecutor({ threads: 2 }).compileCopies(program(), 2);
  expect(copies).toHaveLength(1);
  await copies[0]!.release();
});

describe('a thread that cannot go on', () => {
  it('is ended where the model is none', async () => {
    await expect(openReplica(replicaFile, Uint8Array.of(1, 2, 3))).rejects.toThrow(/model|protobuf/i);
  });

  it('says so to who asks, whoever waits, and is released', async () => {
    // The bundle of another thread, which knows nothing of models, ends at once.
    const file = new URL('data:text/javascript,throw new Error("no room left")');
    await expect(openReplica(file, Uint8Array.of(1))).rejects.toThrow('no room left');
  });
});
