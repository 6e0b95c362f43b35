import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import { devices, type FoundDevice } from '../../src/protocol/devices';
import { listRuns } from '../../src/runs/list';
import { runPaths } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { cardlessEnvironment, swiftshaderEnvironment } from '../support/swiftshader';
import { jsonLines, mails, textclf, workspace } from './support';

const place = workspace();
/** Of its own, so that nothing is known of this machine's devices. */
const cache = { TEXTCLF_CACHE: place.path('cache'), TEXTCLF_TENSORFLOW: place.folder };
const withCard = swiftshaderEnvironment();
if (!withCard)
  console.warn('No card is computed on: there is no SwiftShader driver (Debian: the package chromium).');
const isLinux = process.platform === 'linux';

function run(args: string[], environment: NodeJS.ProcessEnv = cardlessEnvironment()) {
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
  return textclf(args, { cwd: place.folder, env: { ...(env as Record<string, string>), ...cache } });
}

const experiment = {
  data: { train: 'train.csv' },
  model: {
    type: 'transformer',
    embedding: { size: 8 },
    ...{ hiddenSize: 8, heads: 2, feedForwardSize: 16, layers: 1 },
  },
  training: { epochs: 1, batchSize: 16 },
};

beforeAll(() => {
  place.write('train.csv', mails(60));
  place.write('mails.textclf.json', JSON.stringify(experiment, null, 2));
});

describe('textclf devices', () => {
  it.skipIf(!isLinux)('lists what is there and what is not', async () => {
    const { code, stdout, stderr } = await run(['devices']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Can be used\n {2}Processor +cpu/);
    expect(stdout).toMatch(/\nNot here\n {2}WebGPU\n {4}There is no device for webgpu on this machine\. /);
    expect(stdout).toMatch(/ {2}DirectML\n {4}DirectML is for Windows\./);
    expect(stdout).toContain(place.folder);
  });

  it('gives them as one list of JSON', async () => {
    const { code, stdout } = await run(['devices', '--json']);
    expect(code).toBe(0);
    const [found, ...others] = jsonLines(stdout) as FoundDevice[][];
    expect(others).toEqual([]);
    expect(found!.map(({ device }) => device)).toEqual(expect.arrayContaining([...devices]));
    expect(found!.find(({ device }) => device === 'cpu')).toMatchObject({ isThere: true, use: 'trains' });
    for (const { isThere, reason } of found!) if (!isThere) expect(reason).toMatch(/\.$/);
  });
});

describe('textclf train', () => {
  it.skipIf(!isLinux)('says why the processor computes, and records it', async () => {
    const { code, stdout } = await run(['train', 'mails.textclf.json']);
    expect(code).toBe(0);
    const reason = 'The processor: WebGPU cannot be had (there is no device for webgpu on this machine).';
    expect(stdout).toMatch(/\n {2}onnxruntime [\d.]+, cpu, \d+ threads?\n/);
    expect(stdout).toContain(`\n  ${reason}\n`);
    const { folder } = listRuns(place.folder)[0]!;
    const { device, runtime } = readRecord(folder);
    expect(device).toMatch(/^onnxruntime [\d.]+, cpu$/);
    expect(runtime).toEqual({ engine: 'onnxruntime', device: 'cpu', reason });
    expect(readFileSync(runPaths(folder).log, 'utf8')).toContain(reason);
  });

  it.skipIf(!isLinux)('refuses a device that is not there, at the option', async () => {
    const written = { ...experiment, runtime: { device: 'webgpu' } };
    const file = place.write('card.textclf.json', JSON.stringify(written, null, 2));
    const { code, stderr } = await run(['train', 'card.textclf.json']);
    expect(code).toBe(1);
    const line =
      1 +
      JSON.stringify(written, null, 2)
        .split('\n')
        .findIndex((text) => text.includes('"device"'));
    expect(stderr).toContain(`${file}:${line}:15: The device "webgpu" cannot be had: there is no device`);
    const failed = listRuns(place.folder).find(({ id }) => id.includes('card'))!;
    expect(readRecord(failed.folder)).toMatchObject({ status: 'failed', failure: 'device' });
  });

  it.skipIf(!withCard)('refuses 16 bits on a card that has none', async () => {
    const args = ['device=webgpu', 'precision=float16', 'threads=1'].flatMap((one) => [
      '--set',
      `runtime.${one}`,
    ]);
    const { code, stderr } = await run(['train', 'mails.textclf.json', '--quiet', ...args], withCard);
    // It depends on the driver's version.
    const { key, probed } = JSON.parse(readFileSync(place.path('cache/webgpu.json'), 'utf8'));
    const { hasHalf } = probed.found;
    // The processor that a card is compared with has the threads that the experiment gives it.
    expect(JSON.parse(key).slice(0, 5)).toEqual([
      expect.anything(),
      process.platform,
      process.arch,
      release(),
      1,
    ]);
    expect({ code, stderr }).toEqual(
      hasHalf
        ? { code: 0, stderr: '' }
        : { code: 1, stderr: expect.stringMatching(/webgpu does not compute in 16 bits/) },
    );
  });
});

describe('predictions', () => {
  const texts = ['free prize winner', 'lunch meeting tomorrow', 'cash'];
  let trained = '';
  let onProcessor: number[];

  beforeAll(async () => {
    const args = ['train', 'mails.textclf.json', '--quiet', '--set', 'runtime.device=cpu'];
    const { code, stderr } = await run([...args, '--set', 'name=predicts']);
    if (code !== 0) throw new Error(stderr);
    trained = listRuns(place.folder).find(({ id }) => id.includes('predicts'))!.folder;
    // As if a card had trained it.
    const { record } = runPaths(trained);
    const runtime = { engine: 'onnxruntime', device: 'webgpu' };
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), runtime }));
    onProcessor = (await probabilities(['--device', 'cpu'])).numbers;
  });

  async function probabilities(args: string[], environment?: NodeJS.ProcessEnv) {
    const { code, stdout, stderr } = await run(
      ['predict', '--json', '--run', trained, ...args, ...texts],
      environment,
    );
    expect(code, stderr).toBe(0);
    const lines = jsonLines(stdout) as { probabilities: Record<string, number> }[];
    return { stderr, numbers: lines.flatMap((line) => Object.values(line.probabilities)) };
  }

  it.skipIf(!withCard)('on the card that has trained are those of the processor', async () => {
    const card = await probabilities([], withCard);
    expect(card.stderr).not.toMatch(/warning/);
    expect(card.numbers).toHaveLength(2 * texts.length);
    card.numbers.forEach((value, i) => {
      expect(value).toBeCloseTo(onProcessor[i]!, 5);
    });
    // The same bits would be those of the same kernels: no card was used.
    expect(card.numbers).not.toEqual(onProcessor);
  });

  it.skipIf(!isLinux)('fall back to the processor, with a word', async () => {
    const fallen = await probabilities([]);
    expect(fallen.stderr).toMatch(
      /^warning: The processor computes the predictions: there is no device for webgpu on this machine$/m,
    );
    expect(fallen.numbers).toEqual(onProcessor);
  });

  it.skipIf(!isLinux)('are refused on a device that is asked for and not there', async () => {
    const { code, stderr } = await run(['predict', '--run', trained, '--device', 'webgpu', ...texts]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/there is no device for webgpu/);
  });

  it('know the names of devices', async () => {
    const { code, stderr } = await run(['predict', '--device', 'gpu', 'a']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Allowed choices are cpu, webgpu, cuda, coreml, directml/);
  });
});
