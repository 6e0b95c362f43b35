import { expect, it } from 'vitest';
import native from '../../fixtures/tfjs-node-kernels.json';
import { checkOperation } from '../../support/check-operation';
import { operationRows } from '../../support/operation-rows';
import { javascriptExecutor, tf } from '../../support/tensorflow';
import { describeConformance } from '../../support/tensorflow-conformance';

describeConformance(tf, javascriptExecutor, { operation: 1e-6, losses: 1e-5 });

it('asks for no kernel that the native package has not', async () => {
  const { kernelNames } = await tf.profile(async () => {
    for (const [op, rows] of Object.entries(operationRows))
      for (const row of rows) await checkOperation(row, op, javascriptExecutor);
    return [];
  });
  expect(kernelNames.length).toBeGreaterThan(20);
  expect(kernelNames.filter((name) => !native.kernels.includes(name))).toEqual([]);
});
