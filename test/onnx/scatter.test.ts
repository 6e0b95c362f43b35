import { expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import * as g from '../../src/graph/build';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { floatTensor, intTensor } from '../support/run';

const [COUNT, BATCH, TIME, FEATURES, WIDTH] = [2_000, 2, 20, 64, 3];
const window = { width: WIDTH, before: 1 };

// Few times, many times each: an operation that adds in several threads at once loses some. Whole numbers, so that
// any order of additions gives the same sum.
it.each([1, 2])('windows and rows at the same places are summed exactly, in %i threads', async (threads) => {
  const random = createRandom(threads);
  const values = Float32Array.from(
    { length: COUNT * BATCH * WIDTH * FEATURES },
    () => random.integer(100) - 50,
  );
  const at = Int32Array.from({ length: COUNT * BATCH }, () => random.integer(TIME));
  const expected = new Float32Array(TIME * BATCH * FEATURES);
  const expectedRows = new Float32Array(TIME * WIDTH * FEATURES);
  at.forEach((time, i) => {
    for (let k = 0; k < WIDTH * FEATURES; k++) {
      expectedRows[time * WIDTH * FEATURES + k]! += values[i * WIDTH * FEATURES + k]!;
      const place = time - window.before + Math.floor(k / FEATURES);
      if (place < 0 || place >= TIME) continue;
      expected[(place * BATCH + (i % BATCH)) * FEATURES + (k % FEATURES)]! +=
        values[i * WIDTH * FEATURES + k]!;
    }
  });

  const inputs = [
    g.input('values', ['n', 'batch', WIDTH * FEATURES]),
    g.input('at', ['n', 'batch'], 'int64'),
  ] as const;
  const sums = g.scatterAddWindows(...inputs, { ...window, time: TIME });
  const rows = g.scatterAddRows(...inputs, TIME);
  const executable = await onnxruntimeExecutor({ threads }).compile({
    name: 'scatter',
    inputs,
    outputs: { sums, rows },
  });
  const feeds = {
    values: floatTensor([COUNT, BATCH, WIDTH * FEATURES], values),
    at: intTensor([COUNT, BATCH], at),
  };
  for (let i = 0; i < 20; i++) {
    const found = await executable.run(feeds);
    expect(found.sums!.data).toEqual(expected);
    expect(found.rows!.data).toEqual(expectedRows);
  }
  await executable.release();
});
