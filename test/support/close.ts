import { expect } from 'vitest';

/**
 * The largest difference between two lists of numbers, each taken relative to max(1, |expected|).
 * A difference that is not a number counts as infinite; unequal lengths fail at once.
 */
export function largestError(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): { error: number; at: number } {
  expect(actual.length).toBe(expected.length);
  let worst = { error: 0, at: -1 };
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(error <= worst.error))
      worst = { error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error, at: i };
  }
  return worst;
}

/** Fails where a number is further from the expected one than `tolerance` (see largestError). */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const { error, at } = largestError(actual, expected);
  expect(error, `${what}[${at}] is ${actual[at]}, expected ${expected[at]}`).toBeLessThanOrEqual(tolerance);
}
