import * as z from 'zod';
import { devices, engines } from '../protocol/devices';
import { count } from './schema-parts';

export const runtime = z.strictObject({
  engine: z
    .enum(engines)
    .default('onnxruntime')
    .describe(
      'What executes the network. onnxruntime comes with TextClf; TensorFlow.js has to be installed.',
    ),
  device: z
    .enum(['auto', ...devices])
    .default('auto')
    .describe('What the network is computed on. auto takes what is fastest here, and the log says why.'),
  precision: z
    .enum(['float32', 'float16'])
    .default('float32')
    .describe(
      'In how many bits matrix products are computed; weights have 32 always. Only WebGPU computes in 16, where the device can.',
    ),
  threads: count(0)
    .max(256)
    .default(0)
    .describe('How many processor threads compute, at most 256. 0 chooses by the machine.'),
});
