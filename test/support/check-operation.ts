import { expect } from 'vitest';
import type { Executor } from '../../src/runtime/executor';
import { expectClose } from './close';
import { type OperationRow, operationProgram } from './operation-rows';

/** Runs a use of an operation and compares with the results by hand. */
export async function checkOperation(
  row: OperationRow,
  name: string,
  executor: Executor,
  tolerance = 1e-6,
): Promise<void> {
  const { inputs = {}, expected } = row;
  const program = operationProgram(row, name);
  const executable = await executor.compile(program);
  const found = await executable.run(inputs);
  await executable.release();
  expect(Object.keys(found)).toEqual(expected.map((_, i) => `result${i}`));
  expected.forEach(([shape, data], i) => {
    const result = found[`result${i}`]!;
    expect(result.shape).toEqual(shape);
    expect(program.outputs[`result${i}`]!.shape.length).toBe(shape.length);
    expectClose(result.data as Float32Array, data, tolerance, `result${i}`);
  });
}
