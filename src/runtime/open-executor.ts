import type { DeviceChoice } from '../protocol/devices';
import type { Executor } from './executor';
import { onnxruntimeExecutor } from './onnxruntime';

export interface ExecutorOptions {
  /** Threads inside an operation; 0 takes one for each core. */
  readonly threads: number;
  /** The bundle of replica-main.ts: see OnnxruntimeOptions. */
  readonly replicaFile?: URL | undefined;
}

/**
 * What computes on a device.
 *
 * @throws DeviceError where it cannot be had
 */
export async function openExecutor(
  { engine, device }: DeviceChoice,
  { threads, replicaFile }: ExecutorOptions,
): Promise<Executor> {
  if (engine === 'tensorflow') {
    // Few want it, and it is no small part of the program.
    const [{ loadTensorflow }, { tensorflowExecutor }] = await Promise.all([
      import('./tensorflow/load'),
      import('./tensorflow/executor'),
    ]);
    const { tf, name } = await loadTensorflow({ device: device === 'cuda' ? 'cuda' : 'cpu', threads });
    return tensorflowExecutor(tf, { name, threads });
  }
  switch (device) {
    case 'cpu':
      return onnxruntimeExecutor({ threads, replicaFile });
    case 'webgpu': {
      const { openWebgpu } = await import('./onnxruntime-webgpu');
      return openWebgpu({ threads });
    }
    default:
      // One copy: its tensors are in host memory, but what computes is shared.
      return onnxruntimeExecutor({ threads, provider: device });
  }
}
