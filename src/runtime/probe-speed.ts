import { input, matmul, sum } from '../graph/build';
import type { Program } from '../graph/program';
import { type Executor, floatTensor, isDevice } from './executor';

/** Wide enough for a graphics card to be busy, quick enough for a processor. */
const width = 1024;

/** With matrices of this width a driver shows whether it only pretends to be a card: they would take it minutes. */
const narrow = 256;
/** No card takes so many milliseconds for those. */
const slow = 100;

/** One after the other, so that what goes to the device and comes back is no part of the figure. */
const products = 4;

const mostRuns = 5;
/** Milliseconds after which no further run begins. */
const patience = 300;

/**
 * How fast an executor multiplies matrices of 32-bit numbers, in 10^9 operations a second.
 *
 * @throws Error where the result is wrong
 */
export async function speedOf(executor: Executor): Promise<number> {
  const first = await fastest(executor, narrow);
  return first > slow ? speed(narrow, first) : speed(width, await fastest(executor, width));
}

/** Two operations for each number that is added up. */
function speed(size: number, milliseconds: number): number {
  return (products * 2 * size ** 3) / milliseconds / 1e6;
}

/** Milliseconds of the best of a few runs, after the first, which compiles. */
async function fastest(executor: Executor, size: number): Promise<number> {
  const { once, release } = await openProducts(executor, size);
  try {
    await once();
    let best = Number.POSITIVE_INFINITY;
    const startedAt = performance.now();
    for (let i = 0; i < mostRuns && (i === 0 || performance.now() - startedAt < patience); i++) {
      const before = performance.now();
      await once();
      best = Math.min(best, performance.now() - before);
    }
    return best;
  } finally {
    await release();
  }
}

function program(size: number): Program {
  const x = input('x', [size, size]);
  const weight = input('weight', [size, size]);
  let y = x;
  for (let i = 0; i < products; i++) y = matmul(y, weight);
  return { name: 'products', inputs: [x, weight], outputs: { total: sum(y, [0, 1]) } };
}

/** The products of matrices that are where the executor computes. */
async function openProducts(
  executor: Executor,
  size: number,
): Promise<{ once(): Promise<void>; release(): Promise<unknown> }> {
  const filled = (value: number) => floatTensor([size, size], new Float32Array(size ** 2).fill(value));
  // Each row of the weight adds up to 1, so that x stays as it is.
  const [x, weight] = [filled(1), filled(1 / size)];
  const check = (total: ArrayLike<number | bigint> | undefined) => {
    if (!(Math.abs(Number(total?.[0]) / size ** 2 - 1) < 1e-3)) {
      throw new Error(`its products are wrong: they add up to ${total?.[0]} instead of ${size ** 2}`);
    }
  };
  if (!isDevice(executor)) {
    const executable = await executor.compile(program(size));
    return {
      once: async () => check((await executable.run({ x, weight })).total?.data),
      release: () => executable.release(),
    };
  }
  const executable = await executor.compileKept(program(size), {});
  const there = { x: await executor.upload(x), weight: await executor.upload(weight) };
  return {
    once: async () => check((await executable.step(there)).results.total?.data),
    async release() {
      for (const tensor of Object.values(there)) tensor.release();
      await executable.release();
    },
  };
}
