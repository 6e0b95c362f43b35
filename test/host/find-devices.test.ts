import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deviceFacts, devicesReport } from '../../src/host/device-text';
import { findDevices } from '../../src/host/find-devices';
import type { FoundDevice } from '../../src/protocol/devices';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-find-devices-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found: FoundDevice[] = [
  {
    ...{ engine: 'onnxruntime', device: 'cpu', title: 'CPU', isThere: true, use: 'trains' },
    ...{ name: '8 cores of $(trash) Ryzen', memory: 16e9 },
  },
  {
    ...{ engine: 'onnxruntime', device: 'webgpu', title: 'WebGPU', isThere: false, use: 'trains' },
    reason: 'No adapter.\nInstall a driver.',
  },
];

/** Runs a script in the place of the command line. */
function look(source: string, signal = new AbortController().signal) {
  const cli = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(cli, source);
  const lines: string[] = [];
  return { result: findDevices({ cli, folder, signal }, (line) => lines.push(line)), lines };
}

const print = (value: unknown) => `console.log(${JSON.stringify(JSON.stringify(value))});\n`;

it('takes the list from what the command prints, whatever a driver says beside it', async () => {
  const asked = `if (process.argv.slice(2).join(' ') !== 'devices --json') process.exit(1);\n`;
  const { result, lines } = look(
    `${asked}console.log('a driver speaks'); console.error('and warns');\n${print(found)}`,
  );
  expect(await result).toEqual(found);
  expect(lines).toEqual(['and warns']);
});

const broken: [what: string, source: string, message: RegExp][] = [
  ['no list', `console.error('no such command'); process.exit(1);`, /devices ended with 1: no such command/],
  ['a list of something else', print([{ title: 'CPU' }]), /devices ended with 0/],
  ['a device that nobody knows', print([{ ...found[0], device: 'tpu' }]), /devices ended with 0/],
  ['half a list', `console.log('[{"engine":');`, /devices ended with 0/],
  ['a list, and breaks then', `${print(found)} process.exit(2);`, /devices ended with 2/],
];
it.each(broken)('throws where the command prints %s', async (_, source, message) => {
  await expect(look(source).result).rejects.toThrow(message);
});

it('ends the command where the person cancels', async () => {
  const controller = new AbortController();
  const { result } = look(`setInterval(() => {}, 1000);`, controller.signal);
  controller.abort();
  expect(await result).toBeUndefined();
});

it('tells devices as text, one line each and one for the reason', () => {
  expect(devicesReport(found, ['TextClf 1.0.0', 'linux x64'])).toBe(
    [
      ...['TextClf 1.0.0', 'linux x64', ''],
      'CPU (onnxruntime, cpu): can be used, 8 cores of $(trash) Ryzen, 16.0 GB',
      'WebGPU (onnxruntime, webgpu): not here',
      ...['    No adapter. Install a driver.', ''],
    ].join('\n'),
  );
});

it('says of a device that it only predicts', () => {
  const device = { ...found[0]!, use: 'predicts', driver: '560.35' } as const;
  expect(deviceFacts(device)).toEqual(['16.0 GB', 'driver 560.35', 'predicts, does not train']);
});
