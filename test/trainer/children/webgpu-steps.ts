/** Steps on the graphics card that the environment names: what they gave goes to standard output as JSON. */
import '../../../src/runtime/environment';
import type { Fallbacks } from '../../../src/runtime/executor';
import { openWebgpu } from '../../../src/runtime/onnxruntime-webgpu';
import { stepSettings, stepsOn } from '../../support/step-settings';

export interface StepsFound {
  readonly losses: readonly number[];
  readonly fallbacks: Readonly<Record<string, Fallbacks>>;
}

const found: Record<string, StepsFound> = {};
// The device, with all its shaders, stays as long as an executor is open.
const first = await openWebgpu({ threads: 2 });
for (const setting of stepSettings) {
  const device = await openWebgpu({ threads: 2 });
  if (device.hasHalf || !setting.changes.half) {
    const losses = await stepsOn(device, setting);
    found[setting.name] = { losses, fallbacks: Object.fromEntries(device.fallbacks()) };
  }
  await device.close();
}
await first.close();
process.stdout.write(JSON.stringify(found));
