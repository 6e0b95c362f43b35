import { describe, expect, it } from 'vitest';
import type { DeviceExecutor } from '../../src/runtime/executor';
import type { Tf } from '../../src/runtime/tensorflow/tf';
import { checkOperation, operationRows } from './operation-rows';

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
}
