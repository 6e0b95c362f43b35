import { describe, it } from 'vitest';
import { tensorflowExecutor } from '../../../src/runtime/tensorflow/executor';
import { loadTensorflow } from '../../../src/runtime/tensorflow/load';
import { describeConformance } from '../../support/tensorflow-conformance';

const native = await loadTensorflow({ device: 'auto' }).catch((error) => {
  // Who names a folder wants it tested.
  if (process.env.TEXTCLF_TENSORFLOW) throw error;
});

describe('native TensorFlow.js (skipped where TEXTCLF_TENSORFLOW names no folder that has it)', () => {
  if (native) {
    const executor = tensorflowExecutor(native.tf, native);
    // A GPU has functions of its own.
    describeConformance(native.tf, executor, { operation: 1e-5, losses: 1e-4 });
  } else it.skip('is not there');
});
