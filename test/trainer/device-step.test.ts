import { describe, expect, it } from 'vitest';
import { expectClose } from '../support/close';
import { families } from '../support/families';
import { hostDevice } from '../support/host-device';
import { executor } from '../support/run';
import { tenSteps } from '../support/ten-steps';

describe('ten steps on a device equal those on the processor', () => {
  it.each(families.map((family) => [family.name, family] as const))('%s', async (_, family) => {
    const device = hostDevice();
    const expected = await tenSteps(executor, family);
    const found = await tenSteps(device, family);
    expectClose(found, expected, 1e-5, 'loss of step');
    expect(new Set(expected).size).toBe(10);
    expect(device.living).toBe(0);
  });
});
