import { input, matmul, sum } from '../graph/build';
import type { Program } from '../graph/program';
import { type Executor, floatTensor, isDevice } from './executor';

/** Wide enough for a graphics card to be busy, quick enough for a processor. */
const width = 1024;

/** One after the other, so that what goes to the device and comes back is no part of the figure. */
const products = 4;

const mostRuns = 5;
/** Milliseconds after which no further run begins. */
const patience = 2000;

/** Two operations for each number that is added up. */
const operations = products * 2 * width ** 3;

/**
 * How fast an executor multiplies matrices of 32-bit numbers, in 10^9 operations a second: its best of a few runs
 * after the first, which compiles.
 *
 * @throws Error where the result is wrong
 */
export async function speedOf(executor: Executor): Promise<number> {
  const run = await openProducts(executor);
  try {
    await run.once();
    let best = Number.POSITIVE_INFINITY;
    const startedAt = performance.now();
    for (let i = 0; i < mostRuns && (i === 0 || performance.now() - startedAt < patience); i++) {
      const before = performance.now();
      await run.once();
      best = Math.min(best, performance.now() - before);
    }
    return operations / best / 1e6;
  } finally {
    await run.release();
  }
}

function program(): Program {
  const x = input('x', [width, width]);
  const weight = input('weight', [width, width]);
  let y = x;
  for (let i = 0; i < products; i++) y = matmul(y, weight);
  return { name: 'products', inputs: [x, weight], outputs: { total: sum(y, [0, 1]) } };
}

/** The products on matrices that are where the executor computes. */
async function openProducts(
  executor: Executor,
): Promise<{ once(): Promise<void>; release(): Promise<unknown> }> {
  const [x, weight] = [1, 1 / width].map((value) =>
    floatTensor([width, width], new Float32Array(width ** 2).fill(value)),
  ) as [ReturnType<typeof floatTensor>, ReturnType<typeof floatTensor>];
  const check = (total: ArrayLike<number | bigint> | undefined) => {
    // Each row of the one adds up to 1, so that the other stays as it is.
    if (Math.abs(Number(total?.[0]) / width ** 2 - 1) > 1e-3) {
      throw new Error(`its products are wrong: they add up to ${total?.[0]} instead of ${width ** 2}`);
    }
  };
  if (!isDevice(executor)) {
    const executable = await executor.compile(program());
    return {
      once: async () => check((await executable.run({ x, weight })).total?.data),
      release: () => executable.release(),
    };
  }
  const executable = await executor.compileKept(program(), {});
  const there = { x: await executor.upload(x), weight: await executor.upload(weight) };
  return {
    once: async () => check((await executable.step(there)).results.total?.data),
    async release() {
      for (const tensor of Object.values(there)) tensor.release();
      await executable.release();
    },
  };
}
