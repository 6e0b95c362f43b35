import { createRandom } from '../../src/data/random';
import type { Executor } from '../../src/runtime/executor';
import type { Family, FamilyOptions } from './families';

/**
 * The losses of ten steps of AdamW with clipping and without dropout, from the same weights on the same batches. On a
 * device the step is DeviceStep; on the processor it is the family's own.
 */
export async function tenSteps(
  executor: Executor,
  family: Family,
  changes: Partial<FamilyOptions> = {},
): Promise<number[]> {
  const step = await family.open(executor, changes);
  const losses: number[] = [];
  try {
    for (const batch of family.batches(10)) {
      losses.push((await step.train(batch, 0.01, createRandom(1))).loss);
    }
  } finally {
    await step.release();
  }
  return losses;
}
