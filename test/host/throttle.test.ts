import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Throttle } from '../../src/host/throttle';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('acts at once, then once an interval, and never loses the last call', () => {
  const calls: string[] = [];
  const throttle = new Throttle(500, (key) => calls.push(`${Date.now() - start} ${key}`));
  const start = Date.now();
  for (let time = 0; time < 1200; time += 100) {
    throttle.call('a');
    if (time === 100) throttle.call('b');
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(5_000);
  expect(calls).toEqual(['0 a', '100 b', '500 a', '1000 a', '1500 a']);
});

it('does nothing after its end', () => {
  const calls: string[] = [];
  const throttle = new Throttle(500, (key) => calls.push(key));
  throttle.call('a');
  throttle.call('a');
  throttle.dispose();
  vi.advanceTimersByTime(5_000);
  expect(calls).toEqual(['a']);
  expect(vi.getTimerCount()).toBe(0);
});
