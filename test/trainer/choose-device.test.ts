import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/experiment/option-error';
import { parseExperiment } from '../../src/experiment/parse';
import type { Experiment } from '../../src/experiment/schema';
import type { DeviceProbe } from '../../src/runtime/device-probe';
import type { Probed } from '../../src/runtime/probe-protocol';
import { chooseDevice, outlook } from '../../src/trainer/choose-device';
import { failureOf } from '../../src/trainer/device-failure';

type Asked = Pick<DeviceProbe, 'webgpu' | 'provider' | 'tensorflow' | 'offered'>;

const absent = { isThere: false, trouble: 'missing', reason: 'no card', hint: 'Buy one.' } as const;
const webgpu = (speed: number, processorSpeed: number): Probed<'webgpu'> => ({
  isThere: true,
  found: { hasHalf: true, speed, processorSpeed },
});

function probe(changes: Partial<Asked> = {}): Asked {
  const unwanted = () => Promise.reject(new Error('nobody needs to know'));
  return {
    webgpu: unwanted,
    provider: unwanted,
    tensorflow: unwanted,
    offered: () => ['cpu', 'webgpu', 'cuda'],
    ...changes,
  };
}

function experiment(model: object, runtime: object = {}): Experiment {
  const text = JSON.stringify({ data: { train: 'a.csv' }, model, runtime });
  return parseExperiment(text, '/here/a.textclf.json').experiment!;
}

const encoder = { type: 'pretrained', encoder: 'bert-base-uncased' };
const transformer = { type: 'transformer' };

describe('auto', () => {
  it.each([
    ['baseline', /sparse sums/],
    ['pooled', /looked up/],
    ['cnn', /few filters/],
    ['rnn', /loop over time/],
    ['gru', /loop over time/],
    ['lstm', /loop over time/],
  ])('computes a %s on the processor, without looking for a card', async (type, why) => {
    const choice = await chooseDevice(experiment({ type }), probe());
    expect(choice).toMatchObject({ engine: 'onnxruntime', device: 'cpu' });
    expect(choice.reason).toMatch(/^The processor: .*\.$/);
    expect(choice.reason).toMatch(why);
  });

  it.each<[string, object, Probed<'webgpu'>, string, string]>([
    [
      'a much faster card',
      encoder,
      webgpu(12_345, 100),
      'webgpu',
      'WebGPU multiplies matrices 123 times as fast as the processor (12,345 GFLOP/s against 100 GFLOP/s).',
    ],
    [
      'a card that is just fast enough',
      transformer,
      webgpu(200, 100),
      'webgpu',
      'WebGPU multiplies matrices 2.0 times as fast as the processor (200 GFLOP/s against 100 GFLOP/s).',
    ],
    [
      'a card that is a little faster',
      transformer,
      webgpu(199, 100),
      'cpu',
      'The processor: WebGPU multiplies matrices 1.9 times as fast as the processor (199 GFLOP/s against 100 GFLOP/s), which is too little to gain by.',
    ],
    [
      'a card in software',
      encoder,
      webgpu(0.84, 100),
      'cpu',
      'The processor: WebGPU is slower at multiplying matrices here (0.8 GFLOP/s against 100 GFLOP/s).',
    ],
    ['no card', transformer, absent, 'cpu', 'The processor: WebGPU cannot be had (no card).'],
    [
      'a driver that hangs',
      encoder,
      { isThere: false, trouble: 'hung', reason: 'the driver does not answer (for 20 s)' },
      'cpu',
      'The processor: WebGPU cannot be had (the driver does not answer (for 20 s)).',
    ],
  ])('chooses by speed: %s', async (_, model, found, device, reason) => {
    const choice = await chooseDevice(experiment(model), probe({ webgpu: async () => found }));
    expect(choice).toEqual({ engine: 'onnxruntime', device, reason });
  });

  it.each<[Probed<'tensorflow'>, string, RegExp | undefined]>([
    [{ isThere: true, found: { device: 'cuda', name: 'TensorFlow.js' } }, 'cuda', /^CUDA: /],
    [{ isThere: true, found: { device: 'cpu', name: 'TensorFlow.js' } }, 'cpu', /no card/],
    [{ isThere: false, trouble: 'unasked', reason: '' }, 'cpu', undefined],
  ])('takes of TensorFlow.js what it finds: %j', async (found, device, reason) => {
    const written = experiment({ type: 'lstm' }, { engine: 'tensorflow' });
    const choice = await chooseDevice(written, probe({ tensorflow: async () => found }));
    expect(choice).toMatchObject({ engine: 'tensorflow', device });
    if (reason) expect(choice.reason).toMatch(reason);
    else expect(choice.reason).toBeUndefined();
  });
});

it.each([
  [{ type: 'lstm' }, {}, 'computed by the processor: a loop over time is faster there'],
  [encoder, {}, /^computed by the graphics card where it is twice as fast/],
  [transformer, { device: 'webgpu' }, undefined],
  [transformer, { engine: 'tensorflow' }, undefined],
])('the outlook for %j with %j', (model, runtime, expected) => {
  const said = outlook(experiment(model, runtime));
  if (expected instanceof RegExp) expect(said).toMatch(expected);
  else expect(said).toBe(expected);
});

describe('a device by name', () => {
  it.each([
    [{ device: 'cpu' }, {}],
    [{ device: 'webgpu' }, { webgpu: async () => webgpu(1, 100) }],
    [{ device: 'cuda' }, { provider: async () => ({ isThere: true, found: {} }) as const }],
    [{ engine: 'tensorflow', device: 'cuda' }, {}],
    // Nobody could look, so that opening it tells.
    [{ device: 'webgpu' }, { webgpu: async () => ({ ...absent, trouble: 'unasked' }) as const }],
  ])('is taken as it is, without a reason: %j', async (runtime, found) => {
    const choice = await chooseDevice(experiment({ type: 'gru' }, runtime), probe(found));
    expect(choice).toEqual({ engine: 'onnxruntime', ...runtime });
  });

  it.each<[string, object, Partial<Asked>, string[], RegExp]>([
    [
      'is not there',
      { device: 'webgpu' },
      { webgpu: async () => absent },
      ['runtime', 'device'],
      /: no card$/,
    ],
    [
      'is not there',
      { device: 'cuda' },
      { provider: async () => absent },
      ['runtime', 'device'],
      /: no card$/,
    ],
    ['no system like this has', { device: 'coreml' }, {}, ['runtime', 'device'], /does not offer it/],
    [
      'TensorFlow.js would need to be installed for',
      { engine: 'tensorflow' },
      { tensorflow: async () => absent },
      ['runtime', 'engine'],
      /TensorFlow\.js cannot be had: no card/,
    ],
  ])(
    'that %s is refused at the option, as trouble with a device: %j',
    async (_, runtime, found, path, words) => {
      const choosing = chooseDevice(experiment({ type: 'lstm' }, runtime), probe(found));
      const error = await choosing.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(OptionError);
      const { message, hint, path: where, remedies } = error as OptionError;
      expect(message).toMatch(words);
      expect(where).toEqual(path);
      expect(remedies).toHaveLength(1);
      if (path[1] === 'device') expect(hint).toContain('"cpu", "webgpu", "cuda"');
      expect(failureOf(error)).toBe('device');
    },
  );
});
