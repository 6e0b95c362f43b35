import { dirname, resolve } from 'node:path';
import type { DeviceName } from '../protocol/devices';
import { savedModel } from './paths';
import { readRecord } from './record';

/**
 * What a model's predictions are computed on: what its run was trained on. A model without a run has the processor, and so
 * has one that TensorFlow.js has trained, since ONNX Runtime predicts.
 *
 * @param folder the model's
 */
export function deviceOfModel(folder: string): DeviceName {
  const model = resolve(folder);
  const run = dirname(model);
  if (savedModel(run) !== model) return 'cpu';
  try {
    const { runtime } = readRecord(run);
    return runtime?.engine === 'onnxruntime' ? runtime.device : 'cpu';
  } catch {
    // A record that cannot be read is no reason not to predict.
    return 'cpu';
  }
}
