import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/events';
import { readEvents } from '../../src/runs/events';
import { shareInterval } from '../../src/runs/intervals';
import { runPaths } from '../../src/runs/paths';
import { RunView } from '../../src/runs/run-view';
import { train } from '../../src/trainer/train';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';
import { warning } from './support';

/** The events of a run that really took place: 3 epochs of 5 batches. */
async function realRun(): Promise<RunEvent[]> {
  const folder = workspace();
  const experiment = toyExperiment({ data: { test: 'test.csv' }, examples: ['a superb film'] });
  const files = { 'train.csv': toyReviews(100), 'test.csv': toyReviews(40, 2) };
  const { folder: run } = await train({
    experimentFile: writeExperiment(folder, experiment, files),
    root: folder,
  });
  return readEvents(runPaths(run).events).events;
}

describe('a view of a run', async () => {
  const events = await realRun();
  const whole = new RunView();
  whole.apply(events);
  const ofType = <Type extends RunEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);

  it('has what the events say', () => {
    expect(whole.curve.curve.step).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(whole.curve.curve.loss).toEqual(ofType('batch').map(({ loss }) => loss));
    expect(whole.batch).toBe(ofType('batch').at(-1));
    expect(whole.epochs.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 5],
      [2, 10],
      [3, 15],
    ]);
    expect(whole.data?.rows).toEqual({ train: 80, validation: 20, test: 40 });
    expect(whole.model?.parameterCount).toBe(ofType('model')[0]!.parameterCount);
    expect(whole.examples).toEqual(ofType('examples')[0]!.examples);
    expect(whole.finished).toMatchObject({ status: 'succeeded' });
    expect(whole.progress).toBe(1);
  });

  it('shows the last evaluation, with its intervals', () => {
    const { evaluation } = ofType('evaluation').at(-1)!;
    expect(whole.evaluation).toMatchObject(evaluation);
    expect(whole.evaluation!.accuracyInterval).toEqual(shareInterval(evaluation.accuracy, evaluation.rows));
    expect(whole.evaluation!.macroF1Interval).not.toBeNull();
  });

  it('has a log for a person: a line for each thing that happened, with its time', () => {
    const texts = whole.log.map(({ text }) => text);
    expect(texts[0]).toMatch(/^\d\d:\d\d:\d\d {2}started as \d{8}-\d{6}-toy-[0-9a-f]{4}$/);
    expect(texts.filter((text) => / epoch \d: loss \d/.test(text))).toHaveLength(3);
    expect(texts.at(-1)).toMatch(/ succeeded$/);
  });

  it('knows from which step on the whole encoder is trained', () => {
    const view = new RunView();
    const second = events.findIndex((event) => event.type === 'batch' && event.epoch === 2);
    view.apply(events.slice(0, second));
    expect(view.thaw).toBeNull();
    expect(view.apply([{ type: 'thawed', time: events[second]!.time, epoch: 2 }])).toEqual(
      new Set(['thaw', 'log']),
    );
    expect(view.thaw).toEqual({ epoch: 2, step: 5 });
    expect(view.log.at(-1)!.text).toMatch(/epoch 2: from here on the whole encoder is trained$/);
  });

  it('is the same however the events come, and says what each of them changed', () => {
    const view = new RunView();
    const changes = events.map((event) => [event.type, [...view.apply([event])].sort()] as const);
    expect(view).toEqual(whole);
    expect(Object.fromEntries(changes)).toEqual({
      started: ['log'],
      phase: ['log', 'progress'],
      data: ['data'],
      model: ['log', 'model'],
      batch: ['curve', 'progress'],
      epoch: ['epochs', 'log'],
      evaluation: ['evaluation', 'log'],
      examples: ['examples'],
      finished: ['log', 'progress'],
    });
  });

  it('goes forward only, from 0 to 1', () => {
    const view = new RunView();
    let before = 0;
    expect(view.progress).toBe(0);
    for (const event of events) {
      view.apply([event]);
      expect(view.progress).toBeGreaterThanOrEqual(before);
      before = view.progress;
      if (event.type === 'batch') expect(view.progress).toBeCloseTo(event.step / 15, 10);
    }
  });

  it('keeps the end of a long log', () => {
    const view = new RunView();
    view.apply(Array.from({ length: 1200 }, (_, i) => warning(`warning ${i}`)));
    expect(view.log).toHaveLength(500);
    expect(view.log[0]!.text).toMatch(/warning 700$/);
    expect(view.log.at(-1)).toEqual({ level: 'warning', text: '14:30:05  warning 1199' });
  });

  it('tells of a failure as such', () => {
    const view = new RunView();
    view.apply([
      { type: 'finished', time: '2026-11-22T14:30:05.000Z', status: 'failed', message: 'no rows' },
    ]);
    expect(view.log).toEqual([{ level: 'error', text: '14:30:05  failed: no rows' }]);
    expect(view.progress).toBe(0);
  });
});

describe('a view of a group of runs', () => {
  const time = '2026-05-01T10:00:00.000Z';
  const trial = (index: number, changes: object): RunEvent => ({
    ...{ time, type: 'trial', index, id: `run-${index}`, label: `trial ${index}`, seconds: 1.5 },
    ...{ settings: { 'model.dropout': index / 10 }, status: 'running', epoch: 0, value: null },
    ...changes,
  });
  const events: RunEvent[] = [
    {
      ...{ time, type: 'group', kind: 'search', planned: 4, metric: 'validation.accuracy' },
      options: [{ path: 'model.dropout', scale: 'linear' }],
    },
    { time, type: 'phase', phase: 'downloading' },
    { time, type: 'download', name: 'glove.6B.50d', done: 5, total: 20 },
    { time, type: 'phase', phase: 'training' },
    trial(1, {}),
    trial(1, { epoch: 1, value: 0.5 }),
    trial(1, { epoch: 2, value: 0.75, status: 'succeeded' }),
    trial(2, { status: 'failed', message: 'no.' }),
    trial(3, { epoch: 1, value: 0.25 }),
  ] as RunEvent[];

  it('has what was last heard of each, and how many are done', () => {
    const view = new RunView();
    const changed = view.apply(events);
    expect(view.group!.trials.map(({ index, status, value }) => [index, status, value])).toEqual([
      [1, 'succeeded', 0.75],
      [2, 'failed', null],
      [3, 'running', 0.25],
    ]);
    expect(view.progress).toBe(0.5);
    expect(changed).toContain('group');
    const before = view.group;
    view.apply([
      { time, type: 'summary', metrics: [], best: { index: 1, id: 'run-1', value: 0.75 } },
      { time, type: 'finished', status: 'succeeded' },
    ]);
    expect(before!.summary).toBeNull();
    expect(view.group!.summary!.best!.id).toBe('run-1');
    expect(view.progress).toBe(1);
    expect(view.log.map(({ level, text }) => `${level} ${text.slice(10)}`)).toEqual([
      'info search: 4 runs, the best by validation.accuracy',
      'info downloading',
      'info training',
      'info trial 1: succeeded, 0.7500 (1.5 s)',
      'warning trial 2: failed (1.5 s): no.',
      'info the best is run 1: 0.7500',
      'info succeeded',
    ]);
  });

  it('tells of a download while it goes on', () => {
    const view = new RunView();
    view.apply(events.slice(0, 3));
    expect(view.download).toMatchObject({ name: 'glove.6B.50d', done: 5, total: 20 });
    view.apply(events.slice(3, 4));
    expect(view.download).toBeUndefined();
  });
});
