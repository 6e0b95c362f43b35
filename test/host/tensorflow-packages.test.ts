import { describe, expect, it } from 'vitest';
import { buildNeeds, packagesFor, troubleOf } from '../../src/host/tensorflow-packages';
import type { FoundDevice } from '../../src/protocol/devices';

const cpu = '@tensorflow/tfjs-node';
const gpu = '@tensorflow/tfjs-node-gpu';

const systems: [platform: NodeJS.Platform, arch: string, names: string[]][] = [
  ['linux', 'x64', [cpu, gpu]],
  ['win32', 'x64', [cpu, gpu]],
  ['linux', 'arm64', [cpu]],
  ['darwin', 'arm64', [cpu]],
  ['win32', 'arm64', []],
  ['freebsd', 'x64', []],
];
it.each(systems)('offers on %s %s what there are libraries for', (platform, arch, names) => {
  expect(packagesFor(platform, arch).map(({ name }) => name)).toEqual(names);
});

it('says what Windows needs, and nothing elsewhere', () => {
  expect(buildNeeds('win32')).toMatch(/Visual Studio/);
  expect(buildNeeds('linux')).toBeUndefined();
});

describe('an installed package', () => {
  const [forCpu, forCuda] = packagesFor('linux', 'x64');
  const processor = {
    engine: 'onnxruntime',
    device: 'cpu',
    title: 'CPU',
    isThere: true,
    use: 'trains',
  } as const;
  const found = (cpuIsThere: boolean, cudaIsThere: boolean): FoundDevice[] => [
    processor,
    { ...processor, engine: 'tensorflow', isThere: cpuIsThere, reason: 'no libc' },
    { ...processor, engine: 'tensorflow', device: 'cuda', isThere: cudaIsThere, reason: 'no card' },
  ];

  it('is fine where it computes on what it is for', () => {
    expect(troubleOf(forCpu!, found(true, false))).toBeUndefined();
    expect(troubleOf(forCuda!, found(true, true))).toBeUndefined();
  });

  it('is told to be of little use without a card, and of none where it does not load', () => {
    expect(troubleOf(forCuda!, found(true, false))).toEqual({
      message: expect.stringContaining('the processor alone'),
      hint: 'no card',
    });
    const trouble = { message: expect.stringContaining('can not be used'), hint: 'no libc' };
    expect(troubleOf(forCpu!, found(false, false))).toEqual(trouble);
    expect(troubleOf(forCpu!, [processor])).toEqual({ message: expect.stringContaining('can not be used') });
  });
});
