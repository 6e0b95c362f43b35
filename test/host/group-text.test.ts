import { describe, expect, it } from 'vitest';
import {
  bestFirst,
  groupFacts,
  progressOf,
  resultText,
  trialFacts,
  trialIn,
} from '../../src/host/group-text';
import type { RunFeed } from '../../src/host/run-feed';
import type { StoredRun } from '../../src/host/run-store';
import type { GroupState } from '../../src/protocol/dashboard';
import type { RunEvent } from '../../src/protocol/events';
import { RunView } from '../../src/runs/run-view';

const time = '2026-05-01T10:00:00.000Z';

type Kind = NonNullable<StoredRun['record']['group']>['kind'];

/** As the store has runs: what these functions read of them. */
function run(id: string, status: string, record: object = {}): StoredRun {
  return { id, folder: `/runs/${id}`, status, record } as unknown as StoredRun;
}

function runsWith(trials: StoredRun[], events: Record<string, RunEvent[]> = {}) {
  const feeds = new Map(
    Object.entries(events).map(([id, told]) => {
      const view = new RunView();
      view.apply(told);
      return [`/runs/${id}`, { view } as RunFeed];
    }),
  );
  return {
    trialsOf: (folder: string) => (folder === '/runs/whole' ? trials : []),
    feed: (folder: string) => feeds.get(folder),
  };
}

const whole = (kind: Kind, planned: number | null, record: object = {}) =>
  run('whole', 'running', { group: { kind, planned }, ...record });

const batch = {
  ...{ time, type: 'batch', epoch: 2, epochs: 5, batch: 3, batches: 10, step: 13, loss: 1, accuracy: 0.5 },
  ...{ learningRate: 0.1, samplesPerSecond: 1, etaSeconds: 1 },
} as RunEvent;

describe('how far a run is', () => {
  const trials = [run('a', 'succeeded'), run('b', 'failed'), run('c', 'running')];

  it.each<[string, Kind, number | null, RunEvent[]]>([
    ['trial 3 of 20 · epoch 2/5', 'search', 20, [batch]],
    ['trial 3 · epoch 2/5', 'search', null, [batch]],
    ['fold 3 of 5 · reading data', 'folds', 5, [{ time, type: 'phase', phase: 'reading data' }]],
    ['seed 3 of 3 · starting', 'repeat', 3, []],
  ])('%s', (expected, kind, planned, events) => {
    expect(progressOf(runsWith(trials, { c: events }), whole(kind, planned))).toBe(expected);
  });

  it('is that of its own epochs where it stands for itself, or has no run yet', () => {
    expect(progressOf(runsWith([], { c: [batch] }), run('c', 'running'))).toBe('epoch 2/5, 26 %');
    expect(progressOf(runsWith([]), whole('search', 3))).toBe('starting');
  });

  it('is that of a download', () => {
    const download: RunEvent = { time, type: 'download', name: 'glove.6B.50d', done: 12, total: 48 };
    const told: RunEvent[] = [{ time, type: 'phase', phase: 'downloading' }, download];
    expect(progressOf(runsWith([], { c: told }), run('c', 'running'))).toBe('downloading glove.6B.50d, 25 %');
  });
});

describe('what came of a group', () => {
  const trials = [run('a', 'succeeded'), run('b', 'failed'), run('c', 'running')];
  const best = (metric: string, value: number | null) => ({ best: { epoch: 1, metric, value } });

  it.each<[string, Kind, number | null, object]>([
    ['2 of 20 trials', 'search', 20, {}],
    ['2 trials', 'search', null, {}],
    ['2 folds', 'folds', 2, {}],
    ['2 of 20 trials · best 91.2 %', 'search', 20, best('validation.accuracy', 0.912)],
    ['2 of 3 seeds', 'repeat', 3, best('validation.loss', 0.5)],
    ['2 trials · best 0.3457', 'search', null, best('validation.loss', 0.34567)],
    ['2 trials', 'search', null, best('validation.loss', null)],
  ])('%s', (expected, kind, planned, record) => {
    expect(groupFacts(runsWith(trials), whole(kind, planned, record)).join(' · ')).toBe(expected);
  });
});

const scored = (id: string, status: string, accuracy: number) =>
  run(id, status, { last: { validation: { accuracy } } });

it('of folds or seeds is the mean of their accuracies, of those that succeeded', () => {
  const trials = [scored('a', 'succeeded', 0.9), scored('b', 'failed', 0.1), scored('c', 'succeeded', 0.8)];
  expect(groupFacts(runsWith(trials), whole('folds', 5))).toEqual(['3 of 5 folds', 'mean 85.0 %']);
});

it('a result is one accuracy: the own, of a search the best, of folds or seeds the mean and not the luckiest', () => {
  const runs = runsWith([scored('a', 'succeeded', 0.9), scored('b', 'succeeded', 0.8)]);
  const best = { best: { epoch: 1, metric: 'validation.loss', value: 0.3, validation: { accuracy: 0.9 } } };
  expect(resultText(runs, scored('alone', 'succeeded', 0.7))).toBe('70.0 % validation accuracy');
  expect(resultText(runs, whole('search', 2, best))).toBe('90.0 % validation accuracy');
  expect(resultText(runs, whole('folds', 2, best))).toBe('mean 85.0 % validation accuracy');
  expect(resultText(runs, whole('repeat', 2, best))).toBe('mean 85.0 % validation accuracy');
  expect(resultText(runsWith([]), whole('folds', 2, best))).toBe('best fold 90.0 % validation accuracy');
  expect(resultText(runsWith([]), whole('folds', 2))).toBe('');
});

describe('a trial', () => {
  const group = (metric: GroupState['metric'], values: (number | null)[]): GroupState => ({
    ...{ kind: 'search', planned: null, metric, options: [], summary: null },
    trials: values.map((value, i) => ({
      ...{
        index: i + 1,
        id: String(i + 1),
        label: `trial ${i + 1}`,
        status: 'succeeded',
        epoch: 1,
        seconds: 1,
      },
      ...{ settings: { 'model.dropout': 0.1 + 0.2, 'model.pooling': 'max', 'model.widths': [3, 4] }, value },
    })),
  });
  const ids = (count: number) => Array.from({ length: count }, (_, i) => run(String(i + 1), 'succeeded'));

  it('says its value and its settings, and how it ended where it did not succeed', () => {
    const state = group('validation.accuracy', [0.5]);
    const trial = trialIn(state, run('1', 'succeeded'))!;
    const settings = ['dropout 0.3', 'pooling max', 'widths [3,4]'];
    expect(trialFacts(trial)).toEqual(['50.0 %', ...settings]);
    expect(trialFacts({ ...trial, status: 'pruned' })).toEqual(['pruned', '50.0 %', ...settings]);
    expect(trialFacts({ ...trial, status: 'failed', value: null })).toEqual(['failed', ...settings]);
    expect(trialIn({ ...state, kind: 'folds' }, run('1', 'succeeded'))).toBeUndefined();
    expect(trialIn(state, run('other', 'succeeded'))).toBeUndefined();
    expect(trialIn(null, run('1', 'succeeded'))).toBeUndefined();
  });

  it('stands before the worse ones; those without a value come last, in their order', () => {
    const order = (metric: GroupState['metric'], values: (number | null)[]) =>
      bestFirst(group(metric, values), ids(values.length)).map(({ id }) => id);
    expect(order('validation.accuracy', [null, 0.5, 0.9, null, 0.7])).toEqual(['3', '5', '2', '1', '4']);
    expect(order('validation.loss', [null, 0.5, 0.9, null, 0.7])).toEqual(['2', '5', '3', '1', '4']);
    expect(bestFirst(null, ids(2)).map(({ id }) => id)).toEqual(['1', '2']);
  });
});
