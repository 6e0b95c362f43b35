import { expect, it } from 'vitest';
import { deviceLines } from '../../../src/cli/render/devices';
import { colorsIf } from '../../../src/cli/render/style';
import type { FoundDevice } from '../../../src/protocol/devices';

const style = { width: 80, colors: colorsIf(false) };

const processor: FoundDevice = {
  ...{ engine: 'onnxruntime', device: 'cpu', title: 'Processor', isThere: true, use: 'trains' },
  name: '16 cores of a processor',
  memory: 64e9,
};

it('shows what can be used in columns, then what cannot, with the reasons', () => {
  const lines = deviceLines(
    [
      processor,
      {
        ...{ engine: 'onnxruntime', device: 'webgpu', title: 'WebGPU', isThere: true, use: 'trains' },
        ...{ name: 'A Card', memory: 8e9, driver: '560.1', reason: 'Computes in 16 bits too.' },
      },
      {
        ...{ engine: 'onnxruntime', device: 'coreml', title: 'Core ML', isThere: true, use: 'predicts' },
        reason: 'Not measured.',
      },
      {
        ...{ engine: 'tensorflow', device: 'cpu', title: 'TensorFlow.js', isThere: false, use: 'trains' },
        reason: 'It is not installed.',
      },
    ],
    style,
  );
  expect(lines.slice(0, -1)).toEqual([
    'Can be used',
    '  Processor  cpu     16 cores of a processor  64.0 GB',
    '  WebGPU     webgpu  A Card                    8.0 GB  driver 560.1',
    '    Computes in 16 bits too.',
    '  Core ML    coreml',
    '    For predictions. Not measured.',
    '',
    'Not here',
    '  TensorFlow.js',
    '    It is not installed.',
    '',
  ]);
});

it('lets no name of a device reach the terminal as it is', () => {
  const text = deviceLines([{ ...processor, name: 'a\u001b[2Jcard', driver: '\u0007' }], style).join('\n');
  expect(text).toContain('card');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(text).not.toMatch(/[\u0007\u001b]/);
});
