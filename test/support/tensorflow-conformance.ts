import { describe, expect, it } from 'vitest';
import type { DeviceExecutor } from '../../src/runtime/executor';
import type { Tf } from '../../src/runtime/tensorflow/tf';
import { checkOperation } from './check-operation';
import { expectClose } from './close';
import { families } from './families';
import { operationRows } from './operation-rows';
import { executor as onnxruntime } from './run';
import { tenSteps } from './ten-steps';

/** What TensorFlow.js computes is what was worked out by hand, and nothing of it is left in memory. */
export function describeConformance(tf: Tf, executor: DeviceExecutor): void {
  describe('every operation gives what was worked out by hand, and leaves nothing behind', () => {
    for (const [op, list] of Object.entries(operationRows)) {
      list.forEach((row, i) => {
        it(`${op} ${i}`, async () => {
          const before = tf.memory().numTensors;
          await checkOperation(row, op, executor, 1e-6);
          expect(tf.memory().numTensors).toBe(before);
        });
      });
    }
  });

  describe('ten steps of every family of models have the losses of onnxruntime', () => {
    for (const family of families) {
      it(family.name, async () => {
        const before = tf.memory().numTensors;
        const losses = await tenSteps(executor, family);
        expect(tf.memory().numTensors).toBe(before);
        expectClose(losses, await tenSteps(onnxruntime, family), 1e-4, family.name);
      });
    }
  });
}
