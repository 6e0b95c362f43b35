import { createRandom } from '../data/random';
import type { ModelEvent } from '../protocol/events';
import { isDevice } from '../runtime/executor';
import { makeBatch } from './batch';
import { DeviceStep } from './device-step';
import type { OutputForm } from './outputs';
import type { RunContext } from './run-context';
import type { WeightedStep } from './step';

/**
 * Has a device compute every program once, on a text of one token, before the training begins: what it has no memory or no
 * kernel for shows at once. The weights stay as they are.
 *
 * @returns the operations that the device leaves to the processor, for the model's event: nothing where there are none
 */
export async function rehearse(
  { executor, writer, experiment: { training } }: RunContext,
  step: WeightedStep,
  form: OutputForm,
): Promise<Pick<ModelEvent, 'fallbacks'>> {
  if (!isDevice(executor) || !(step instanceof DeviceStep)) return {};
  const batch = makeBatch([{ ids: Int32Array.of(1), labels: [0] }], form);
  await step.rehearse(batch, createRandom(training.seed + 4));
  const fallbacks: Record<string, number> = {};
  for (const ofProgram of executor.fallbacks().values()) {
    for (const [name, count] of Object.entries(ofProgram)) fallbacks[name] = (fallbacks[name] ?? 0) + count;
  }
  const names = Object.entries(fallbacks).map(([name, count]) => `${name} (${count})`);
  if (names.length === 0) return {};
  writer.log(`Of this model's operations the processor does: ${names.join(', ')}`);
  return { fallbacks };
}
