import { describe, expect, it } from 'vitest';
import { checkOperation, operationRows } from '../../support/operation-rows';
import { javascriptExecutor, tf } from '../../support/tensorflow';

describe('every operation on TensorFlow.js', () => {
  for (const [op, list] of Object.entries(operationRows)) {
    list.forEach((row, i) => {
      it(`${op}, row ${i + 1}`, async () => {
        const before = tf.memory().numTensors;
        await checkOperation(row, op, javascriptExecutor, 1e-6);
        expect(tf.memory().numTensors, 'tensors that nothing holds').toBe(before);
      });
    });
  }
});
