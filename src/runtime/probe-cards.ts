import { graphics } from 'systeminformation/lib/graphics';
import type { Card } from './probe-protocol';

/** The machine's graphics cards, the one with the most memory first. */
export async function findCards(): Promise<Card[]> {
  const { controllers } = await graphics();
  return controllers
    .map(({ vendor, model, name, vram, vramDynamic, memoryTotal, driverVersion }): Card => {
      // nvidia-smi knows more of its cards than the system does. Both count in MiB.
      const megabytes = memoryTotal || (vramDynamic ? 0 : vram) || 0;
      return {
        name: name || model || vendor,
        ...(megabytes > 0 ? { memory: megabytes * 2 ** 20 } : {}),
        ...(driverVersion ? { driver: driverVersion } : {}),
      };
    })
    .filter(({ name }) => name !== '')
    .sort((a, b) => (b.memory ?? 0) - (a.memory ?? 0));
}
