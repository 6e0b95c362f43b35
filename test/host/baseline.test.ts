import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baselineOf, baselineScores } from '../../src/host/baseline';
import type { StoredRun } from '../../src/host/run-store';
import type { RunEvent } from '../../src/protocol/events';
import { runPaths } from '../../src/runs/paths';
import { epochMetricsOf } from '../support/sample-metrics';

/** As the store has runs: what these functions read of them. */
function run(id: string, record: object, folder = `/runs/${id}`): StoredRun {
  return { id, name: id, folder, status: 'succeeded', record } as unknown as StoredRun;
}

const network = run('lstm', { model: 'lstm', dataDigest: 'rows' });
const baseline = { model: 'baseline', dataDigest: 'rows' };

/** Newest first. */
function storeOf(...all: StoredRun[]) {
  return { all, groupOf: ({ record }: StoredRun) => all.find(({ id }) => id === record.parent?.id) };
}

describe('the baseline that a run has to beat', () => {
  it('is the newest one of the same rows that succeeded', () => {
    const failed = { ...run('failed', baseline), status: 'failed' as const };
    const others = [failed, run('other', { ...baseline, dataDigest: 'others' }), network];
    const store = storeOf(...others, run('new', baseline), run('old', baseline));
    expect(baselineOf(store, network)?.id).toBe('new');
    expect(baselineOf(store, store.all.at(-1)!)).toBeUndefined();
    expect(baselineOf(store, run('starting', { model: 'lstm' }))).toBeUndefined();
  });

  it.each([
    ['search', 'old'],
    ['folds', 'child'],
    ['repeat', 'child'],
  ])('is no group, but may be one of its runs where it is no search: %s', (kind, expected) => {
    const group = run('group', { ...baseline, group: { kind, planned: 2 } });
    const child = run('child', { ...baseline, parent: { id: 'group', index: 1, label: 'one' } });
    expect(baselineOf(storeOf(group, child, run('old', baseline)), network)?.id).toBe(expected);
  });
});

describe('what a baseline reached', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'textclf-baseline-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (events: RunEvent[]) =>
    writeFileSync(runPaths(folder).events, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const epoch = (epoch: number, best: boolean): RunEvent => ({
    ...{ time: '2026-05-01T10:00:00.000Z', type: 'epoch', epoch, best, learningRate: 0, seconds: 1 },
    train: { loss: 0.1, accuracy: 1 },
    validation: epochMetricsOf({ loss: epoch, accuracy: 0.9, rocAuc: 0.95, matthews: 0.8 }),
  });

  it('is every metric of its best epoch', async () => {
    write([epoch(1, true), epoch(2, true), epoch(3, false)]);
    const { validation } = await baselineScores(run('b', baseline, folder));
    expect(validation).toEqual(epochMetricsOf({ loss: 2, accuracy: 0.9, rocAuc: 0.95, matthews: 0.8 }));
  });

  it('is of the last epoch where none is the best, and of the record where no epoch was told', async () => {
    write([epoch(1, false), epoch(2, false)]);
    const stored = run('b', { ...baseline, best: { validation: { loss: 7, accuracy: 0.5 } } }, folder);
    expect((await baselineScores(stored)).validation.loss).toBe(2);
    write([]);
    expect((await baselineScores(stored)).validation).toEqual({ loss: 7, accuracy: 0.5 });
    expect((await baselineScores(run('b', baseline, folder))).validation).toEqual({});
  });
});
