import { describe, expect, it } from 'vitest';
import { makeBatch } from '../../src/trainer/batch';

const text = (ids: readonly number[], label: number) => ({ ids: Int32Array.from(ids), label });

describe('a batch', () => {
  it('is time-major and padded at the end of each text', () => {
    const batch = makeBatch([text([5, 6, 7], 2), text([8], 0), text([9, 4], 1)], 3);
    expect([batch.time, batch.size]).toEqual([3, 3]);
    expect([...batch.ids]).toEqual([5, 8, 9, 6, 0, 4, 7, 0, 0]);
    expect(batch.mask.shape).toEqual([3, 3, 1]);
    expect([...batch.mask.data]).toEqual([1, 1, 1, 1, 0, 1, 1, 0, 0]);
    expect([...batch.labels]).toEqual([2, 0, 1]);
    expect(batch.targets.shape).toEqual([3, 3]);
    expect([...batch.targets.data]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
  });

  it('takes the class itself as the target of a single output', () => {
    const batch = makeBatch([text([1], 1), text([2], 0)], 1);
    expect(batch.targets.shape).toEqual([2, 1]);
    expect([...batch.targets.data]).toEqual([1, 0]);
  });

  it('masks by length, not by id: a true token may have any id', () => {
    expect([...makeBatch([text([0, 3], 0), text([2], 0)], 2).mask.data]).toEqual([1, 1, 1, 0]);
  });
});
