import { input } from '../../src/graph/build';
import type { Value } from '../../src/graph/ops';
import { type Executor, floatTensor, type Tensor } from '../../src/runtime/executor';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';

/** Two threads, so that an operation that is wrong only when it runs in parallel shows. */
export const executor: Executor = onnxruntimeExecutor({ threads: 2 });

/** Runs once and returns the results as plain numbers. */
export async function evaluate(
  outputs: Record<string, Value>,
  inputs: readonly Value[],
  feeds: Record<string, Tensor>,
): Promise<Record<string, Float32Array>> {
  const executable = await executor.compile({ name: 'test', inputs, outputs });
  try {
    const results = await executable.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]),
    );
  } finally {
    await executable.release();
  }
}

export function intTensor(shape: readonly number[], data: ArrayLike<number>): Tensor {
  return { dtype: 'int64', shape, data: BigInt64Array.from(Array.from(data, BigInt)) };
}

export { floatTensor, input };
