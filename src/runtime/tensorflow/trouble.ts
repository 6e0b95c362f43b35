import { DeviceError } from '../device-error';

/** What TensorFlow's native library says, as far as it is known, and what is told instead. */
const troubles = [
  {
    words: /\bOOM\b|out of memory|resource.?exhausted/i,
    trouble: 'memory',
    message: "The device's memory is too small for this training",
    hint: 'Set a smaller "training.batchSize" (with "gradientAccumulation" for the same result) or "maxLength", or compute on the processor: "runtime.device": "cpu".',
  },
  {
    words: /CUDA_ERROR|CUDNN_STATUS|CUBLAS_STATUS|device.*(lost|reset)|failed to (launch|synchronize)/i,
    trouble: 'lost',
    message: 'The device stopped working',
    hint: 'Look at what its driver says; the training can go on on the processor: "runtime.device": "cpu".',
  },
] as const;

/** A DeviceError where the error is about the device; any other error as it is. */
export function asTrouble(error: unknown): unknown {
  const words = error instanceof Error ? error.message : String(error);
  const found = troubles.find((trouble) => trouble.words.test(words));
  if (!found) return error;
  const { trouble, message, hint } = found;
  return new DeviceError(trouble, `${message}. TensorFlow says: ${firstLine(words)}`, { hint, cause: error });
}

function firstLine(words: string): string {
  const line = words.split('\n', 1)[0]!;
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
