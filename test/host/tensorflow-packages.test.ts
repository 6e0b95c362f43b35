import { expect, it } from 'vitest';
import { buildNeeds, packagesFor } from '../../src/host/tensorflow-packages';

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
