import { expect, it } from 'vitest';
import type { FoundDevice } from '../../src/protocol/devices';
import type { DeviceProbe } from '../../src/runtime/device-probe';
import { findDevices } from '../../src/runtime/find-devices';

const card = { name: 'A Card', memory: 8 * 2 ** 30, driver: '560.1' };
const absent = { isThere: false, trouble: 'missing', reason: 'there is none', hint: 'Buy one' } as const;

function probe(changes: Partial<DeviceProbe>): DeviceProbe {
  return {
    cards: async () => [card],
    webgpu: async () => absent,
    provider: async () => absent,
    tensorflow: async () => absent,
    offered: () => ['cpu', 'webgpu', 'cuda'],
    ...changes,
  };
}

const byTitle = (found: readonly FoundDevice[]) => new Map(found.map((device) => [device.title, device]));
const titles = [
  'Processor',
  'WebGPU',
  'CUDA',
  'Core ML',
  'DirectML',
  'TensorFlow.js',
  'TensorFlow.js on CUDA',
];

it('tells of everything there is, with the hardware', async () => {
  const found = await findDevices(
    probe({
      webgpu: async () => ({ isThere: true, found: { hasHalf: true, speed: 2050.4, processorSpeed: 104 } }),
      provider: async () => ({ isThere: true, found: {} }),
      tensorflow: async () => ({
        isThere: true,
        found: { device: 'cuda', name: 'TensorFlow.js 4.22.0, cuda' },
      }),
    }),
    'linux',
  );
  expect(found.map(({ title }) => title)).toEqual(titles);
  const devices = byTitle(found);
  expect(devices.get('Processor')).toMatchObject({ isThere: true, device: 'cpu', use: 'trains' });
  expect(devices.get('Processor')!.memory).toBeGreaterThan(1e8);
  expect(devices.get('WebGPU')).toEqual({
    ...{ engine: 'onnxruntime', device: 'webgpu', title: 'WebGPU', isThere: true, use: 'trains', ...card },
    reason: 'Multiplies matrices at 2,050 GFLOP/s, the processor at 104 GFLOP/s. Computes in 16 bits too.',
  });
  expect(devices.get('CUDA')).toMatchObject({ isThere: true, ...card });
  expect(devices.get('TensorFlow.js')).toMatchObject({ isThere: true, engine: 'tensorflow', device: 'cpu' });
  expect(devices.get('TensorFlow.js on CUDA')).toMatchObject({ isThere: true, device: 'cuda', ...card });
});

it('names all cards that a device may be, and tells more of none of them', async () => {
  const cards = [{ ...card, name: 'NVIDIA A' }, { name: 'Intel B' }, { name: 'ASPEED Graphics Family' }];
  const there = { isThere: true, found: {} } as const;
  const webgpu = { isThere: true, found: { hasHalf: true, speed: 9, processorSpeed: 1 } } as const;
  const changes = { cards: async () => cards, provider: async () => there, webgpu: async () => webgpu };
  const devices = byTitle(await findDevices(probe(changes), 'linux'));
  expect(devices.get('WebGPU')).toMatchObject({ name: 'NVIDIA A or Intel B' });
  expect(devices.get('WebGPU')).not.toHaveProperty('memory');
  // Of the two one alone knows CUDA.
  expect(devices.get('CUDA')).toMatchObject({ ...card, name: 'NVIDIA A' });
});

it('tells of what is not there, and how to have it', async () => {
  const devices = byTitle(await findDevices(probe({}), 'linux'));
  const missing = [...devices.values()].filter(({ isThere }) => !isThere);
  expect(missing.map(({ title }) => title)).toEqual(titles.slice(1));
  for (const { title, name } of missing) expect(name, title).toBeUndefined();
  expect(devices.get('WebGPU')!.reason).toBe('There is none. Buy one.');
  expect(devices.get('CUDA')!.reason).toBe('There is none. Buy one.');
  expect(devices.get('Core ML')!.reason).toBe('Core ML is for macOS.');
  expect(devices.get('DirectML')!.reason).toBe('DirectML is for Windows.');
});

it('asks for no provider that the system or the engine lacks', async () => {
  const asked: string[] = [];
  const provider: DeviceProbe['provider'] = async (device) => {
    asked.push(device);
    return absent;
  };
  await findDevices(probe({ provider }), 'linux');
  await findDevices(probe({ provider, offered: () => ['cpu', 'webgpu', 'directml'] }), 'win32');
  const mac = await findDevices(probe({ provider, offered: () => ['cpu', 'webgpu'] }), 'darwin');
  expect(asked).toEqual(['cuda', 'directml']);
  expect(byTitle(mac).get('Core ML')!.reason).toMatch(/package has no Core ML/);
});

it('says which card TensorFlow.js would not take', async () => {
  const name = 'TensorFlow.js 4.22.0, cpu';
  const found = await findDevices(
    probe({ tensorflow: async () => ({ isThere: true, found: { device: 'cpu', name } }) }),
    'linux',
  );
  expect(byTitle(found).get('TensorFlow.js')).toMatchObject({ isThere: true, name });
  expect(byTitle(found).get('TensorFlow.js on CUDA')).toMatchObject({
    isThere: false,
    reason: `${name} finds no card that it can use.`,
  });
});
