import { DeviceError } from '../device-error';

/** What TensorFlow's native library and CUDA say when a device fails, and what is told of it. */
const troubles = [
  {
    words: /\bOOM\b|out of memory|resource.?exhausted|ALLOC_FAILED/i,
    trouble: 'memory',
    message: 'TensorFlow.js has too little memory',
    hint: 'Take smaller batches with "gradientAccumulation", shorter texts, or "recompute".',
  },
  {
    words:
      /CUDA_ERROR|CUDNN_STATUS|CUBLAS_STATUS|device (is |was )?(lost|reset)|failed to (launch|synchronize)/i,
    trouble: 'lost',
    message: 'TensorFlow.js lost its device',
    hint: 'It was removed or reset, its driver crashed, or the machine slept.',
  },
] as const;

/** A DeviceError where the error is about the device; any other error as it is. */
export function asTrouble(error: unknown): unknown {
  const words = error instanceof Error ? error.message : String(error);
  const found = troubles.find((trouble) => trouble.words.test(words));
  if (!found) return error;
  const { trouble, message, hint } = found;
  return new DeviceError(trouble, `${message}: ${firstLine(words)}`, { hint, cause: error });
}

function firstLine(words: string): string {
  const line = words.split('\n', 1)[0]!;
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
