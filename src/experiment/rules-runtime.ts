/** Rules about what computes: which devices an engine has, and what a device can. */
import type { DeviceName } from '../protocol/devices';
import type { Rule } from './rule';

/** TensorFlow.js has no others. */
const ofTensorflow: readonly (DeviceName | 'auto')[] = ['auto', 'cpu', 'cuda'];

const path = (key: string) => ['runtime', key];

export const runtimeRules: Rule[] = [
  {
    severity: 'error',
    broken: ({ runtime: { engine, device } }) =>
      engine === 'tensorflow' && !ofTensorflow.includes(device)
        ? [
            {
              path: path('device'),
              message: `TensorFlow.js does not compute on "${device}".`,
              remedies: [
                { type: 'set', values: ['auto', 'cuda', 'cpu'] },
                { type: 'set', path: path('engine'), values: ['onnxruntime'] },
              ],
            },
          ]
        : [],
    hint: 'Use "auto", "cuda" or "cpu", or the engine "onnxruntime".',
  },
  {
    severity: 'error',
    broken: ({ runtime: { engine, device, precision } }) =>
      precision === 'float16' && (engine !== 'onnxruntime' || device !== 'webgpu')
        ? [
            {
              path: path('precision'),
              message: `Only WebGPU computes in 16 bits, but ${engine === 'onnxruntime' ? `"device" is "${device}"` : 'the engine is TensorFlow.js'}.`,
              remedies: [
                ...(engine === 'onnxruntime'
                  ? [{ type: 'set', path: path('device'), values: ['webgpu'] } as const]
                  : []),
                { type: 'remove' },
              ],
            },
          ]
        : [],
    hint: 'Set "device" to "webgpu", or leave "precision" out.',
  },
  {
    severity: 'error',
    broken: ({ model, runtime: { device } }) =>
      model.type === 'baseline' && device !== 'auto' && device !== 'cpu'
        ? [
            {
              path: path('device'),
              message: `The baseline's sparse sums are computed by the processor, not on "${device}".`,
              remedies: [{ type: 'remove' }],
            },
          ]
        : [],
    hint: 'Leave "device" out, or choose another model.',
  },
];
