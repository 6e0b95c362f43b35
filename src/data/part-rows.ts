import type { Split } from '../protocol/events';
import type { Dataset, Example } from './rows';

/** All rows of a dataset, numbered from 0: training rows first, then validation, then test. */
export interface PartRows {
  readonly count: number;
  partOf(row: number): Split;
  at(row: number): Example;
  /** In the order of their numbers. */
  [Symbol.iterator](): Iterator<Example>;
}

export function partRows({ train, validation, test }: Dataset): PartRows {
  const heldFrom = train.length;
  const testFrom = heldFrom + validation.length;
  return {
    count: testFrom + test.length,
    partOf: (row) => (row < heldFrom ? 'train' : row < testFrom ? 'validation' : 'test'),
    at(row) {
      if (row < heldFrom) return train[row]!;
      return row < testFrom ? validation[row - heldFrom]! : test[row - testFrom]!;
    },
    *[Symbol.iterator]() {
      yield* train;
      yield* validation;
      yield* test;
    },
  };
}
