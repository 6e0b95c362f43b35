import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isAlive } from '../../src/protocol/is-alive';
import { type DeviceProbeOptions, deviceProbe } from '../../src/runtime/device-probe';
import { findDevices } from '../../src/runtime/find-devices';
import { keepProbe, probeKey, readProbe } from '../../src/runtime/probe-cache';
import type { Probed } from '../../src/runtime/probe-protocol';
import { cardlessEnvironment, swiftshaderEnvironment } from '../support/swiftshader';

/** `npm test` builds it. */
const bundle = new URL('../../dist/device-probe.js', import.meta.url);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-probe-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function probe(file: URL | undefined, changes: Partial<DeviceProbeOptions> = {}) {
  return deviceProbe({ file, cacheFolder: join(folder, 'cache'), threads: 1, patience: 20_000, ...changes });
}

/** A program in place of the one that looks for devices; `task` is what it was asked. */
function program(code: string): URL {
  const file = join(folder, 'probe.mjs');
  writeFileSync(
    file,
    `import { appendFileSync, writeFileSync } from 'node:fs';
    process.once('message', (task) => {
      if (task.type === 'cards') return process.send({ type: 'found', found: [{ name: 'A Card', driver: process.env.DRIVER }] });
      writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid));
      appendFileSync(${JSON.stringify(join(folder, 'asked'))}, task.type + '\\n');
      ${code}
    });
    process.once('disconnect', () => process.exit());`,
  );
  return pathToFileURL(file);
}

function useEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of ['VK_DRIVER_FILES', 'LD_LIBRARY_PATH']) vi.stubEnv(name, environment[name]);
}

describe('the real one', () => {
  const card = swiftshaderEnvironment();
  if (!card)
    console.warn('No card is looked for: there is no SwiftShader driver (Debian: the package chromium).');

  it.skipIf(!card)('finds a card in software, and how slow it is', async () => {
    useEnvironment(card!);
    const found = await probe(bundle).webgpu();
    expect(found).toMatchObject({ isThere: true });
    const { speed, processorSpeed } = (found as Extract<typeof found, { isThere: true }>).found;
    expect(speed).toBeGreaterThan(0.01);
    expect(processorSpeed).toBeGreaterThan(speed);
  });

  it.skipIf(process.platform !== 'linux')('says why there is none', async () => {
    useEnvironment(cardlessEnvironment());
    const found = await probe(bundle).webgpu();
    expect(found).toMatchObject({ isThere: false, trouble: 'missing' });
    expect(found).toMatchObject({
      reason: expect.stringMatching(/no device for webgpu/),
      hint: expect.stringMatching(/libvulkan1/),
    });
    // Who installs a driver wants it to be found.
    expect(existsSync(join(folder, 'cache', 'webgpu.json'))).toBe(false);
  });

  it('lists cards, and looks for TensorFlow.js where it is told to', async () => {
    vi.stubEnv('TEXTCLF_TENSORFLOW', folder);
    const { cards, tensorflow } = probe(bundle);
    for (const { name } of await cards()) expect(name).not.toBe('');
    const found = await tensorflow();
    expect(found).toMatchObject({ isThere: false, trouble: 'missing' });
    expect((found as { reason: string }).reason).toContain(folder);
  });
});

it('is a small program, and all that knows of graphics cards', () => {
  const probing = readFileSync(bundle, 'utf8');
  // Of systeminformation no more than its part for graphics.
  expect(probing).toContain('nvidia-smi');
  expect(probing.length).toBeLessThan(1.5e6);
  expect(readFileSync(new URL('cli.js', bundle), 'utf8')).not.toContain('nvidia-smi');
});

describe('a driver', () => {
  it('that hangs is given up and told of, and its process ended', async () => {
    const file = program('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
    const asking = probe(file, { patience: 1000 });
    const found = await findDevices(asking);
    const there = found.filter(({ isThere }) => isThere).map(({ device }) => device);
    expect(there).toEqual(['cpu']);
    const reason = 'the driver does not answer (for 1 s)';
    expect(await asking.webgpu()).toEqual({ isThere: false, trouble: 'hung', reason });
    expect(found.find(({ device }) => device === 'webgpu')!.reason).toMatch(/^The driver does not answer/);
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    expect(pid).toBeGreaterThan(1);
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });
  });

  it.each([
    ['dies', "process.kill(process.pid, 'SIGSEGV');", /ended the process.*(SIGSEGV|exit code)/],
    ['ends its process', 'process.exit(3);', /exit code 3/],
    ['throws', "setImmediate(() => { throw new Error('x'); });", /exit code 1/],
    ['gives no numbers', "process.send({ type: 'found', found: { speed: 'fast' } });", /no numbers/],
    ['gives nothing', 'process.send(null, () => {}) || process.send({});', /no numbers/],
  ])('that %s ends nothing else', async (_, code, reason) => {
    const found = await probe(program(code)).webgpu();
    expect(found).toEqual({ isThere: false, trouble: 'crashed', reason: expect.stringMatching(reason) });
  });

  it('is not waited for after a signal', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const asking = probe(program(''), { signal: stop.signal }).webgpu();
    stop.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });

  it('is not asked where there is no program that could', async () => {
    const { webgpu, cards, offered } = probe(undefined);
    expect(await webgpu()).toMatchObject({ isThere: false, trouble: 'unasked' });
    expect(await cards()).toEqual([]);
    expect(offered()).toContain('cpu');
  });
});

describe('what was found', () => {
  const answer = "process.send({ type: 'found', found: { hasHalf: true, speed: 5, processorSpeed: 2 } });";
  const asked = () => readFileSync(join(folder, 'asked'), 'utf8').split('\n').length - 1;
  const found: Probed<'webgpu'> = { isThere: true, found: { hasHalf: true, speed: 5, processorSpeed: 2 } };

  it('is kept for the next program, but not for other drivers, and not for who looks anew', async () => {
    vi.stubEnv('DRIVER', '1');
    const file = program(answer);
    const one = probe(file);
    expect(await Promise.all([one.webgpu(), one.webgpu()])).toEqual([found, found]);
    expect(await probe(file).webgpu()).toEqual(found);
    expect(asked()).toBe(1);
    expect(await probe(file, { isFresh: true }).webgpu()).toEqual(found);
    expect(asked()).toBe(2);
    await probe(file, { threads: 2 }).webgpu();
    expect(asked()).toBe(3);
    vi.stubEnv('DRIVER', '2');
    await probe(file, { threads: 2 }).webgpu();
    expect(asked()).toBe(4);
  });

  it('is looked for again where the cache is damaged', async () => {
    const key = probeKey([], 1);
    const cache = join(folder, 'webgpu.json');
    keepProbe(folder, key, found, 1000);
    const whole = readFileSync(cache, 'utf8');
    for (const text of ['', '[]', 'null', '{"key":"x"}', whole.slice(0, -1), whole.replace('5', '"fast"')]) {
      writeFileSync(cache, text);
      expect(readProbe(folder, key, 2000), text).toBeUndefined();
    }
    writeFileSync(cache, whole);
    expect(readProbe(folder, key, 2000)).toEqual(found);
  });

  it('is found without a cache that can be written', async () => {
    writeFileSync(join(folder, 'cache'), 'a file');
    expect(await probe(program(answer)).webgpu()).toEqual(found);
  });

  it('holds for a day', () => {
    const day = 24 * 60 * 60 * 1000;
    const key = probeKey([], 1);
    const probed: Probed<'webgpu'> = {
      isThere: false,
      trouble: 'hung',
      reason: 'the driver does not answer',
    };
    keepProbe(folder, key, probed, 1000);
    expect(readProbe(folder, key, 1000 + day - 1)).toEqual(probed);
    expect(readProbe(folder, key, 1000 + day)).toBeUndefined();
    // A clock that went back.
    expect(readProbe(folder, key, 999)).toBeUndefined();
    expect(readProbe(folder, `${key} `, 2000)).toBeUndefined();
    // Who looked anew and found none will not have the older one either.
    keepProbe(folder, key, { isThere: false, trouble: 'missing', reason: 'it was pulled' }, 1500);
    expect(readProbe(folder, key, 2000)).toBeUndefined();
  });
});
