import { expect, it } from 'vitest';
import { int32Of } from '../../src/runtime/whole-numbers';

it('whole numbers keep their values in 32 bits, in a part of a larger array too', () => {
  const values = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];
  const all = BigInt64Array.from([7, ...values], BigInt);
  expect([...int32Of(all.subarray(1))]).toEqual(values);
  expect(int32Of(new BigInt64Array(0))).toHaveLength(0);
});

it.each([2n ** 31n, -(2n ** 31n) - 1n, 2n ** 32n, -(2n ** 32n), 2n ** 63n - 1n])(
  '%s is too large',
  (value) => {
    expect(() => int32Of(BigInt64Array.of(1n, value))).toThrow(`as large as ${value}`);
  },
);
