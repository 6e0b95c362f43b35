import { describe, expect, it } from 'vitest';
import { adoptSettings } from '../../src/experiment/adopt';
import { parseExperiment } from '../../src/experiment/parse';
import { withoutDevice } from '../../src/experiment/without-device';
import { deviceSettings, isChosen, type WantedDevice } from '../../src/host/device-settings';
import { trainArguments } from '../../src/host/train-arguments';

const experiment = (runtime: string) => `{
  // What it learns from.
  "data": { "train": "train.csv" },
  "model": { "type": "gru" }${runtime === '' ? '' : `,\n  "runtime": ${runtime}`}
}
`;

const runtimeOf = (text: string) => {
  const { experiment: parsed, problems } = parseExperiment(text, 'a.textclf.json');
  expect(problems).toEqual([]);
  return parsed!.runtime;
};

describe('a device written into an experiment', () => {
  const webgpu = { engine: 'onnxruntime', device: 'webgpu' } as const;
  const cuda = { engine: 'tensorflow', device: 'cuda' } as const;
  const cpu = { engine: 'onnxruntime', device: 'cpu' } as const;
  const rows: [runtime: string, wanted: WantedDevice, expected: object][] = [
    ['', webgpu, { device: 'webgpu', engine: 'onnxruntime', precision: 'float32' }],
    ['', cuda, { device: 'cuda', engine: 'tensorflow' }],
    ['{ "engine": "tensorflow", "device": "cuda" }', webgpu, { device: 'webgpu', engine: 'onnxruntime' }],
    ['{ "device": "webgpu", "precision": "float16", "threads": 3 }', cpu, { device: 'cpu', threads: 3 }],
    ['{ "device": "webgpu", "precision": "float16" }', webgpu, { device: 'webgpu', precision: 'float16' }],
    ['{ "device": "webgpu", "precision": "float16" }', cuda, { device: 'cuda', precision: 'float32' }],
  ];
  it.each(rows)('turns %s into %o', (runtime, wanted, expected) => {
    const before = experiment(runtime);
    const settings = deviceSettings(runtimeOf(before), wanted);
    const { text } = adoptSettings(before, 'a.textclf.json', settings, { keepSearch: true });
    expect(text).toContain('// What it learns from.');
    expect(runtimeOf(text)).toMatchObject(expected);
    expect(isChosen(runtimeOf(text), wanted)).toBe(true);
  });

  it('names no engine where the file means that one anyway', () => {
    expect(deviceSettings(runtimeOf(experiment('')), webgpu)).toEqual({ 'runtime.device': 'webgpu' });
  });

  it('is refused where the model can not have it, with a word on what to do', () => {
    const text = experiment('').replace('gru', 'baseline');
    const settings = { 'runtime.device': 'webgpu' };
    expect(() => adoptSettings(text, 'a.textclf.json', settings, { hint: 'Choose another.' })).toThrow(
      expect.objectContaining({ message: expect.stringContaining('baseline'), hint: 'Choose another.' }),
    );
  });
});

describe('continuing a run', () => {
  it('is a training of the same file by any processor, whatever the file says', () => {
    const request = {
      experimentFile: '/w/a.textclf.json',
      root: '/w',
      isBaseline: false,
      continues: '/w/run',
    };
    const args = trainArguments(request);
    expect(args.slice(0, 7)).toEqual([
      ...['train', '/w/a.textclf.json', '--root', '/w', '--quiet'],
      ...['--continue', '/w/run'],
    ]);
    const settings = args.flatMap((arg, i) => (args[i - 1] === '--set' ? [arg.split('=')] : []));
    const text = experiment('{ "engine": "onnxruntime", "device": "webgpu", "precision": "float16" }');
    const adopted = adoptSettings(text, 'a.textclf.json', Object.fromEntries(settings));
    expect(runtimeOf(adopted.text)).toEqual({
      ...{ engine: 'onnxruntime', device: 'cpu', precision: 'float32', threads: 0 },
    });
  });

  it('sets no more than an experiment needs where that is known', () => {
    const needed = (text: string) => withoutDevice(runtimeOf(experiment(text)));
    const device = 'runtime.device=cpu';
    expect(needed('{}')).toEqual([device]);
    expect(needed('{ "engine": "tensorflow" }')).toEqual([device, 'runtime.engine=onnxruntime']);
    const half = '{ "device": "webgpu", "precision": "float16" }';
    expect(needed(half)).toEqual([device, 'runtime.precision=float32']);
  });

  it('is not meant by a plain training, nor by a baseline', () => {
    const request = { experimentFile: 'a', root: 'b', isBaseline: true };
    expect(trainArguments(request)).toEqual(['train', 'a', '--root', 'b', '--quiet', '--baseline']);
  });
});
