import { describe, expect, it } from 'vitest';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { checkOperation } from '../support/check-operation';
import { operationRows } from '../support/operation-rows';
import { executor } from '../support/run';

describe('every operation, as onnxruntime runs it, gives what was worked out by hand', () => {
  for (const [op, list] of Object.entries(operationRows)) {
    it(`${op} has a row`, () => {
      expect(list.length).toBeGreaterThan(0);
    });
    list.forEach((row, i) => {
      const name = `${op} ${i}`;
      it(name, () => checkOperation(row, name, executor));
      // Some operations are said otherwise for one thread.
      it(`${name}, in one thread`, () => checkOperation(row, name, onnxruntimeExecutor({ threads: 1 })));
    });
  }
});
