import { expect, it } from 'vitest';
import { baselineOf } from '../../src/experiment/baseline-of';
import { fixesOf } from '../../src/experiment/fixes';
import { parseExperiment } from '../../src/experiment/parse';

const written = (runtime: object, model: object = { type: 'gru' }) =>
  JSON.stringify({ data: { train: 'a.csv' }, model, runtime }, null, 2);
const parse = (text: string) => parseExperiment(text, '/here/a.textclf.json');

const engineFixes = ['"auto"', '"cuda"', '"cpu"', '"onnxruntime"'];
const broken: [
  what: string,
  runtime: object,
  model: object,
  option: string,
  message: RegExp,
  fixes: string[],
][] = [
  ...(['webgpu', 'coreml', 'directml'] as const).map((device): (typeof broken)[number] => [
    `TensorFlow.js on ${device}`,
    { engine: 'tensorflow', device },
    { type: 'lstm' },
    'device',
    new RegExp(`does not compute on "${device}"`),
    engineFixes,
  ]),
  [
    '16 bits on whatever is there',
    { precision: 'float16' },
    { type: 'transformer' },
    'precision',
    /Only WebGPU computes in 16 bits, but "device" is "auto"/,
    ['"webgpu"', ''],
  ],
  [
    '16 bits on CUDA',
    { precision: 'float16', device: 'cuda' },
    { type: 'transformer' },
    'precision',
    /but "device" is "cuda"/,
    ['"webgpu"', ''],
  ],
  [
    '16 bits with TensorFlow.js',
    { precision: 'float16', engine: 'tensorflow' },
    { type: 'transformer' },
    'precision',
    /the engine is TensorFlow\.js/,
    [''],
  ],
  [
    'a baseline on a graphics card',
    { device: 'webgpu' },
    { type: 'baseline' },
    'device',
    /computed by the processor, not on "webgpu"/,
    [''],
  ],
  [
    'a baseline with an engine',
    { engine: 'onnxruntime' },
    { type: 'baseline' },
    'engine',
    /is for networks/,
    [''],
  ],
  [
    'a device that nobody knows',
    { device: 'gpu' },
    { type: 'gru' },
    'device',
    /must be "auto", "cpu", "webgpu"/,
    [],
  ],
];

it.each(broken)('refuses %s, at the option', (_, runtime, model, option, message, fixes) => {
  const text = written(runtime, model);
  const { problems } = parse(text);
  expect(problems).toMatchObject([{ severity: 'error', path: ['runtime', option] }]);
  expect(problems[0]!.message).toMatch(message);
  const { line, column } = problems[0]!.place;
  expect(text.split('\n')[line! - 1]!.slice(column! - 1)).toMatch(/^"/);
  expect(text.split('\n')[line! - 1]).toContain(`"${option}"`);
  if (fixes.length === 0) return;
  const values = fixesOf(text, problems)[0]!.map(({ edits }) =>
    edits.map((edit) => edit.text.trim()).join(''),
  );
  for (const [place, value] of fixes.entries()) expect(values[place]).toContain(value);
});

it.each([
  [{}, { type: 'baseline' }],
  [{ device: 'cpu' }, { type: 'baseline' }],
  [{ device: 'auto' }, { type: 'baseline' }],
  [{ engine: 'tensorflow' }, { type: 'lstm' }],
  [{ engine: 'tensorflow', device: 'cuda' }, { type: 'lstm' }],
  [{ device: 'webgpu', precision: 'float16' }, { type: 'transformer' }],
  [{ device: 'directml', threads: 3 }, { type: 'cnn' }],
])('lets %j of %j pass, as written and as recorded', (runtime, model) => {
  const { experiment, problems } = parse(written(runtime, model));
  expect(problems).toEqual([]);
  expect(parse(JSON.stringify(experiment)).problems).toEqual([]);
});

it('trains the baseline of an experiment on the processor, whatever its own device is', () => {
  const { experiment } = parse(written({ device: 'webgpu', precision: 'float16' }));
  expect(parse(JSON.stringify(baselineOf(experiment!))).problems).toEqual([]);
});
