import { createRandom } from '../../src/data/random';
import type { DeviceExecutor } from '../../src/runtime/executor';
import { type FamilyOptions, families } from './families';

/** What steps on a device can be asked for besides what ten-steps.ts has. */
export interface StepSetting {
  readonly name: string;
  readonly family: string;
  readonly changes: Partial<FamilyOptions>;
}

export const stepSettings: readonly StepSetting[] = [
  { name: 'dropout in a loop', family: 'gru', changes: { dropout: 0.3 } },
  {
    name: 'several batches a step, clipped by value',
    family: 'pooled',
    changes: { gradientAccumulation: 2, gradientClip: 0.01, gradientClipBy: 'value' },
  },
  {
    name: 'layers computed once more',
    family: 'albert',
    changes: { recompute: true, dropout: 0.3, gradientAccumulation: 2 },
  },
  { name: 'products in 16 bits', family: 'albert', changes: { half: true } },
];

/** The losses of four batches, and of the first one evaluated with the weights that are left and with those at the start. */
export async function stepsOn(device: DeviceExecutor, setting: StepSetting): Promise<number[]> {
  const { changes } = setting;
  const family = families.find(({ name }) => name === setting.family)!;
  const step = await family.open(device, changes);
  const weights = await step.readWeights();
  const [random, batches, losses] = [createRandom(5), family.batches(4), [] as number[]];
  for (const [i, batch] of batches.entries()) {
    const size = changes.gradientAccumulation ?? 1;
    const part = { divisor: size * batch.divisor, isLast: (i + 1) % size === 0 };
    losses.push((await step.train(batch, 0.01, random, part)).loss);
  }
  losses.push((await step.evaluate(batches[0]!)).loss);
  await step.writeWeights(({ name }, data) => data.set(weights[name]!.data));
  losses.push((await step.evaluate(batches[0]!)).loss);
  await step.release();
  return losses;
}
