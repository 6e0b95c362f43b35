import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadPredictor } from '../../src/predict/predictor';
import { DeviceError } from '../../src/runtime/device-error';
import type { Executable } from '../../src/runtime/executor';
import { threeClasses, writeTinyModel } from './tiny-model';

/** A device that is the processor, until it is lost after so many runs: all that it is asked for is counted. */
const device = vi.hoisted(() => ({ runsLeft: 0, opened: 0, released: 0, onProcessor: 0 }));

vi.mock('../../src/runtime/onnxruntime', async (original) => {
  const real = await original<typeof import('../../src/runtime/onnxruntime')>();
  const loadModelFile: typeof real.loadModelFile = async (path, { provider, ...options } = {}) => {
    const executable = await real.loadModelFile(path, options);
    if (provider === undefined || provider === 'cpu') {
      device.onProcessor++;
      return executable;
    }
    if (device.runsLeft < 0) throw new DeviceError('missing', 'there is no device', { hint: 'Buy one.' });
    device.opened++;
    return {
      async run(feeds, into) {
        if (device.runsLeft-- <= 0) throw new DeviceError('lost', 'the device was lost', { hint: 'Look.' });
        return executable.run(feeds, into);
      },
      async release() {
        device.released++;
        await executable.release();
      },
    } satisfies Executable;
  };
  return { ...real, loadModelFile };
});

const folder = mkdtempSync(join(tmpdir(), 'textclf-fallback-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const model = writeTinyModel(join(folder, 'model'), threeClasses);
const texts = ['good film', 'very bad'];

async function predictions(): Promise<unknown> {
  const predictor = await loadPredictor(model);
  const found = await predictor.predict(texts);
  await predictor.release();
  return found;
}

beforeEach(() => Object.assign(device, { runsLeft: 1000, opened: 0, released: 0, onProcessor: 0 }));

describe('a model on a device', () => {
  it('stays there', async () => {
    const told: string[] = [];
    const predictor = await loadPredictor(model, {
      device: 'webgpu',
      onFallback: (message) => told.push(message),
    });
    const found = await predictor.predict(texts);
    await predictor.release();
    expect(told).toEqual([]);
    expect(device).toMatchObject({ opened: 1, released: 1, onProcessor: 0 });
    expect(found).toEqual(await predictions());
  });

  it.each([
    // The first run is the one that checks the model.
    ['is not there', -1, 'there is no device', 0],
    ['is lost at once', 0, 'the device was lost', 1],
    ['is lost between two texts', 2, 'the device was lost', 1],
  ])('goes on on the processor where it %s, with one word', async (_, runsLeft, why, opened) => {
    device.runsLeft = runsLeft;
    const told: string[] = [];
    const predictor = await loadPredictor(model, {
      device: 'webgpu',
      onFallback: (message) => told.push(message),
    });
    const found = [];
    for (let i = 0; i < 3; i++) found.push(await predictor.predict(texts));
    const atOnce = await Promise.all([predictor.predict(texts), predictor.predict(texts)]);
    await predictor.release();
    expect(told).toEqual([`The processor computes the predictions: ${why}`]);
    expect(device).toMatchObject({ opened, released: opened, onProcessor: 1 });
    const expected = await predictions();
    for (const each of [...found, ...atOnce]) expect(each).toEqual(expected);
  });

  it('is opened once on the processor, however many wait for it', async () => {
    device.runsLeft = 1;
    const told: string[] = [];
    const predictor = await loadPredictor(model, {
      device: 'webgpu',
      onFallback: (message) => told.push(message),
    });
    await Promise.all(Array.from({ length: 5 }, () => predictor.predict(texts)));
    await predictor.release();
    expect(told).toHaveLength(1);
    expect(device).toMatchObject({ opened: 1, released: 1, onProcessor: 1 });
  });

  it('says what is wrong where nothing else is wanted', async () => {
    device.runsLeft = -1;
    await expect(loadPredictor(model, { device: 'webgpu' })).rejects.toThrow('there is no device');
    device.runsLeft = 0;
    await expect(loadPredictor(model, { device: 'cuda' })).rejects.toMatchObject({ trouble: 'lost' });
    expect(device).toMatchObject({ opened: 1, released: 1, onProcessor: 0 });
  });
});
