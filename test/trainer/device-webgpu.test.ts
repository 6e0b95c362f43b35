/**
 * What steps on a device can be asked for, on a graphics card in software. It draws the same dropout masks as the reference
 * device, so that their losses are the same too.
 */
import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/close';
import { hostDevice } from '../support/host-device';
import { stepSettings, stepsOn } from '../support/step-settings';
import { runChild, swiftshaderEnvironment } from '../support/swiftshader';
import type { StepsFound } from './children/webgpu-steps';

const environment = swiftshaderEnvironment();
if (!environment) console.warn('Steps on WebGPU are not tested: there is no SwiftShader driver.');

describe.skipIf(!environment)('steps on WebGPU', () => {
  it('are those of the reference device, in every setting', async () => {
    const child = 'test/trainer/children/webgpu-steps.ts';
    const found = await runChild<Record<string, StepsFound>>(child, environment!);
    for (const setting of stepSettings) {
      const { name, family, changes } = setting;
      const device = hostDevice();
      const expected = await stepsOn(device, setting);
      if (!found[name]) {
        expect(changes.half, name).toBe(true);
        console.warn(`${name} on WebGPU are not tested: the driver does not compute in 16 bits.`);
        continue;
      }
      const { losses, fallbacks } = found[name];
      expectClose(losses, expected, changes.half ? 1e-2 : 1e-4, name);
      // A loop is the processor's; no dropout mask, sum or update is.
      const programs = Object.entries(fallbacks).filter(([, { Scan }]) => Scan === undefined);
      expect(programs.map(([program, ofProgram]) => [program, ofProgram])).toEqual(
        programs.map(([program]) => [program, {}]),
      );
      expect(programs.length < Object.keys(fallbacks).length, name).toBe(family === 'gru');
      expect(Object.keys(fallbacks).sort()).toEqual(Object.keys(device.runs).sort());
    }
  }, 120_000);
});
