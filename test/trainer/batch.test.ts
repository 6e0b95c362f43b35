import { describe, expect, it } from 'vitest';
import { makeBatch } from '../../src/trainer/batch';
import type { OutputForm } from '../../src/trainer/outputs';

const text = (ids: readonly number[], ...labels: number[]) => ({ ids: Int32Array.from(ids), labels });
const threeClasses: OutputForm = { task: 'single-label', loss: 'crossEntropy', outputs: 3 };

describe('a batch', () => {
  it('is time-major and padded at the end of each text', () => {
    const batch = makeBatch([text([5, 6, 7], 2), text([8], 0), text([9, 4], 1)], threeClasses);
    expect([batch.time, batch.size]).toEqual([3, 3]);
    expect([...batch.ids]).toEqual([5, 8, 9, 6, 0, 4, 7, 0, 0]);
    expect(batch.mask.shape).toEqual([3, 3, 1]);
    expect([...batch.mask.data]).toEqual([1, 1, 1, 1, 0, 1, 1, 0, 0]);
    expect(batch.labels).toEqual([[2], [0], [1]]);
    expect(batch.targets.shape).toEqual([3, 3]);
    expect([...batch.targets.data]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
    expect(batch.weights.shape).toEqual([3, 3]);
    expect(batch.divisor).toBe(3);
  });

  it('takes the class itself as the target of a single output', () => {
    const form: OutputForm = { task: 'single-label', loss: 'bceWithLogits', outputs: 1 };
    const batch = makeBatch([text([1], 1), text([2], 0)], form);
    expect(batch.targets.shape).toEqual([2, 1]);
    expect([...batch.targets.data]).toEqual([1, 0]);
  });

  it('has a target for each label of a multi-label task', () => {
    const form: OutputForm = { task: 'multi-label', loss: 'bceWithLogits', outputs: 3 };
    const batch = makeBatch([text([1], 0, 2), text([2])], form);
    expect([...batch.targets.data]).toEqual([1, 0, 1, 0, 0, 0]);
    expect(batch.divisor).toBe(6);
  });

  it('masks by length, not by id: a true token may have any id', () => {
    expect([...makeBatch([text([0, 3], 0), text([2], 0)], threeClasses).mask.data]).toEqual([1, 1, 1, 0]);
  });
});
