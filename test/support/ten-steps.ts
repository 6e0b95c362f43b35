import { createRandom } from '../../src/data/random';
import type { Executor } from '../../src/runtime/executor';
import type { Family, FamilyOptions } from './families';
import { executor as processor } from './run';

/**
 * The losses of ten steps of AdamW with clipping and without dropout, from the same weights on the same batches, and of the
 * first batch evaluated after them. On a device the step is DeviceStep; on the processor it is the family's own.
 */
export async function tenSteps(
  executor: Executor,
  family: Family,
  changes: Partial<FamilyOptions> = {},
): Promise<number[]> {
  const step = await family.open(executor, changes);
  const losses: number[] = [];
  try {
    const batches = family.batches(10);
    for (const batch of batches) losses.push((await step.train(batch, 0.01, createRandom(1))).loss);
    losses.push((await step.evaluate(batches[0]!)).loss);
  } finally {
    await step.release();
  }
  return losses;
}

const known = new Map<Family, Promise<number[]>>();

/** The same on the processor: computed once for all files that a process tests. */
export function tenStepsOnProcessor(family: Family): Promise<number[]> {
  const losses = known.get(family) ?? tenSteps(processor, family);
  known.set(family, losses);
  return losses;
}
