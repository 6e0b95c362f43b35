import { beforeEach, describe, expect, it, vi } from 'vitest';
import { OptionError } from '../../src/experiment/option-error';
import { parseExperiment } from '../../src/experiment/parse';
import type { DeviceChoice } from '../../src/protocol/devices';
import type { RunPatch } from '../../src/runs/run-writer';
import { DeviceError } from '../../src/runtime/device-error';
import type { DeviceProbe } from '../../src/runtime/device-probe';
import type { DeviceExecutor } from '../../src/runtime/executor';
import { failureOf } from '../../src/trainer/device-failure';
import { withDevice } from '../../src/trainer/open-device';
import { hostDevice } from '../support/host-device';

/** What is opened in place of a graphics card. */
const card = vi.hoisted(() => ({
  open: (_: DeviceChoice): DeviceExecutor | undefined => undefined,
  closed: 0,
}));
vi.mock('../../src/runtime/open-executor', async (original) => {
  const real = await original<typeof import('../../src/runtime/open-executor')>();
  const openExecutor: typeof real.openExecutor = async (choice, options) =>
    card.open(choice) ?? real.openExecutor(choice, options);
  return { ...real, openExecutor };
});

const device = (changes: Partial<DeviceExecutor> = {}): DeviceExecutor => ({
  ...hostDevice(),
  close: async () => {
    card.closed++;
  },
  ...changes,
});

beforeEach(() => {
  card.open = () => device();
  card.closed = 0;
});

const probe: DeviceProbe = {
  cards: async () => [{ name: 'A Card' }],
  webgpu: async () => ({ isThere: true, found: { hasHalf: true, speed: 900, processorSpeed: 100 } }),
  provider: async () => ({ isThere: true, found: {} }),
  tensorflow: async () => ({ isThere: false, trouble: 'unasked', reason: '' }),
  offered: () => ['cpu', 'webgpu'],
};

function run(runtime: object, model: object = { type: 'transformer' }) {
  const experimentFile = '/here/a.textclf.json';
  const text = JSON.stringify({ data: { train: 'a.csv' }, model, runtime });
  const { experiment } = parseExperiment(text, experimentFile);
  const patches: RunPatch[] = [];
  const log: string[] = [];
  const writer = {
    ...{ id: 'one', folder: '/here/.textclf/runs/one' },
    update: (patch: RunPatch) => void patches.push(patch),
    log: (line: string) => void log.push(line),
  };
  return { run: { experiment: experiment!, experimentFile, settings: [], writer, probe }, patches, log };
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a run on a device', () => {
  it('records and logs what it is and why, and ends its use', async () => {
    const { run: options, patches, log } = run({});
    const result = await withDevice(options, async (executor, computedBy) => {
      expect(card.closed).toBe(0);
      expect(computedBy.device).toBe(`${executor.name}, A Card`);
      expect(computedBy.reason).toMatch(/^WebGPU multiplies matrices 9\.0 times as fast/);
      return 'done';
    });
    expect(result).toBe('done');
    expect(card.closed).toBe(1);
    expect(patches).toMatchObject([
      {
        runtime: { engine: 'onnxruntime', device: 'webgpu', reason: expect.stringMatching(/9\.0 times/) },
        threads: 2,
      },
    ]);
    expect(log).toEqual([expect.stringMatching(/^computed by onnxruntime .*, A Card\. WebGPU multiplies/)]);
  });

  it('ends its use where the work fails, with the error of the work', async () => {
    const error = new Error('the work');
    const { run: options } = run({ device: 'webgpu' });
    expect(await errorOf(withDevice(options, () => Promise.reject(error)))).toBe(error);
    expect(card.closed).toBe(1);
  });

  it('needs one that computes in 16 bits where the experiment asks for them', async () => {
    const half = { device: 'webgpu', precision: 'float16' };
    expect(await withDevice(run(half).run, async ({ name }) => name)).toMatch(/as a device/);
    expect(card.closed).toBe(1);
    card.open = () => device({ hasHalf: false });
    const error = await errorOf(withDevice(run(half).run, async () => {}));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({
      path: ['runtime', 'precision'],
      message: expect.stringMatching(/does not compute in 16 bits/),
    });
    expect(card.closed).toBe(2);
  });

  it.each([
    [{ device: 'webgpu' }, ['runtime', 'device']],
    [{ engine: 'tensorflow', device: 'cuda' }, ['runtime', 'engine']],
  ])('says at the option that it cannot be opened: %j', async (runtime, path) => {
    const trouble = new DeviceError('missing', 'it is gone', { hint: 'Look for it.' });
    card.open = () => {
      throw trouble;
    };
    const error = await errorOf(withDevice(run(runtime).run, async () => {}));
    expect(error).toMatchObject({
      path,
      cause: trouble,
      message: expect.stringMatching(/it is gone/),
      hint: expect.stringMatching(/Look for it\./),
    });
    expect(failureOf(error)).toBe('device');
  });

  it('is not named after a card where it may be another one', async () => {
    const { run: options } = run({});
    const several = { ...probe, cards: async () => [{ name: 'A Card' }, { name: 'A Small Card' }] };
    await withDevice({ ...options, probe: several }, async ({ name }, computedBy) => {
      expect(computedBy.device).toBe(name);
    });
  });

  it('that nobody asked for, and that is there no more, gives way to the processor', async () => {
    card.open = ({ device: chosen }) => {
      if (chosen === 'cpu') return undefined;
      throw new DeviceError('missing', 'it is gone', { hint: 'Look for it.' });
    };
    const { run: options, patches, log } = run({});
    await withDevice(options, async (executor, { device: words, reason }) => {
      expect(words).toBe(executor.name);
      expect(executor.name).toMatch(/, cpu$/);
      expect(reason).toBe('The processor: WebGPU cannot be had (it is gone).');
    });
    expect(patches).toMatchObject([{ runtime: { device: 'cpu', reason: expect.stringMatching(/is gone/) } }]);
    expect(log).toHaveLength(1);
  });

  it('is the processor for a baseline, in words of its own', async () => {
    card.open = () => undefined;
    const { run: options, patches } = run({}, { type: 'baseline' });
    await withDevice(options, async (_, computedBy) => {
      expect(computedBy).toEqual({ device: 'cpu', threads: 1, reason: expect.stringMatching(/sparse sums/) });
    });
    expect(patches).toMatchObject([{ device: 'cpu', threads: 1, runtime: { device: 'cpu' } }]);
  });
});
