import { describe, expect, it } from 'vitest';
import { planLines, resultLines, shortNames } from '../../../src/cli/render/group';
import { RunRenderer } from '../../../src/cli/render/run-renderer';
import { colorsIf } from '../../../src/cli/render/style';
import type { NewRunEvent, RunEvent, TrialEvent } from '../../../src/protocol/events';

const style = { width: 100, colors: colorsIf(false) };

function at(seconds: number, event: NewRunEvent): RunEvent {
  return { ...event, time: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString() } as RunEvent;
}

const search = {
  type: 'group',
  kind: 'search',
  planned: 20,
  metric: 'validation.accuracy',
  options: [
    { path: 'model.hiddenSize', scale: 'choice' },
    { path: 'training.optimizer', scale: 'choice' },
  ],
} as const satisfies NewRunEvent;

function trial(index: number, changes: Partial<TrialEvent> = {}) {
  return {
    type: 'trial',
    index,
    id: `20260101-00000${index}-toy-trial-${index}-abcd`,
    label: `trial ${index}`,
    settings: { 'model.hiddenSize': 8 * index, 'training.optimizer': { type: 'sgd' } },
    status: 'succeeded',
    epoch: 3,
    value: 0.5,
    seconds: 1.25,
    ...changes,
  } as const satisfies NewRunEvent;
}

const batch: NewRunEvent = {
  ...{ type: 'batch', epoch: 1, epochs: 3, batch: 4, batches: 10, step: 4 },
  ...{ loss: 0.5, accuracy: 0.75, learningRate: 0.001, samplesPerSecond: 1234.5, etaSeconds: 12 },
};

describe('a search while it goes on', () => {
  const renderer = (options: Partial<ConstructorParameters<typeof RunRenderer>[0]> = {}) =>
    new RunRenderer({ progress: 'live', style: () => style, ...options });

  it('says what is planned, and one line for each trial that is over', () => {
    const shown = renderer();
    const lines = [
      at(0, { type: 'started', id: 'x', name: 'toy' }),
      at(0, search),
      at(1, { type: 'phase', phase: 'training' }),
      at(1, trial(1, { status: 'running', epoch: 0, value: null })),
      at(2, trial(1, { value: 0.5 })),
      at(3, trial(2, { value: 0.75 })),
      at(4, trial(3, { value: 0.6, status: 'pruned' })),
      at(5, trial(4, { value: null, status: 'failed', message: 'the loss is\nno number' })),
      at(6, { type: 'finished', status: 'succeeded' }),
    ].flatMap((event) => shown.handle(event).lines);
    expect(lines).toEqual([
      'toy  x',
      '',
      'Search  20 trials, the best by validation accuracy',
      '  Tries model.hiddenSize, training.optimizer',
      '  trial 1     50.0%       1.3 s  best so far  hiddenSize 8, optimizer {"type":"sgd"}',
      '  trial 2     75.0%       1.3 s  best so far  hiddenSize 16, optimizer {"type":"sgd"}',
      '  trial 3     60.0%       1.3 s  pruned       hiddenSize 24, optimizer {"type":"sgd"}',
      '  trial 4         –       1.3 s  failed       hiddenSize 32, optimizer {"type":"sgd"}',
      '    the loss is',
      '    no number',
      '',
      'Finished in 6.0 s.',
    ]);
  });

  it('shows in one line how the trial at hand goes', () => {
    const shown = renderer();
    shown.handle(at(0, search));
    const first = shown.handleTrial(at(1, { type: 'phase', phase: 'compiling' }), { label: 'trial 7' });
    expect(first).toEqual({ lines: [], live: 'trial 7  Compiling the model …' });
    const { lines, live } = shown.handleTrial(at(2, batch), { label: 'trial 7' });
    expect(lines).toEqual([]);
    expect(live).toMatch(/^trial 7 {2}Training epoch 1\/3 {2}batch {2}4\/10 .*ETA 12 s$/);
    expect(live!.length).toBeLessThan(style.width);
    expect(shown.handle(at(3, trial(7))).live).toBeUndefined();
  });

  it('passes a warning on once, however many trials have it', () => {
    const shown = renderer({ quiet: true });
    shown.handle(at(0, search));
    const warn = (label: string) =>
      shown.handleTrial(at(1, { type: 'warning', message: 'No row is left.' }), { label }).lines;
    expect(warn('trial 1')).toEqual(['warning: trial 1: No row is left.']);
    expect(warn('trial 2')).toEqual([]);
  });

  it('says only how it ended where little is to be printed', () => {
    const shown = renderer({ quiet: true });
    const best = { index: 2, id: 'run-2', value: 0.75 };
    const lines = [
      at(0, search),
      at(1, trial(1)),
      at(2, trial(2, { value: 0.75 })),
      at(3, { type: 'summary', metrics: [], best }),
      at(4, { type: 'finished', status: 'succeeded' }),
    ].flatMap((event) => shown.handle(event).lines);
    expect(lines).toEqual([
      'Best: trial 2, validation accuracy 75.0%.',
      'Make it the experiment: textclf runs adopt run-2 --write',
      'Finished in 4.0 s.',
    ]);
  });
});

describe('what came of a group', () => {
  const ended = [trial(1), trial(2, { value: 0.75 }), trial(3, { value: null, status: 'failed' }), trial(4)];

  it('is its trials, the best first, those without a value last', () => {
    const summary = { metrics: [], best: { index: 2, id: 'run-2', value: 0.75 } };
    const lines = resultLines({ ...search, options: [...search.options], trials: ended, summary }, style);
    expect(lines).toEqual([
      'Trials  by validation accuracy',
      '  Run      Value  Epochs   Time  hiddenSize       optimizer  Status  Folder',
      '  trial 2  75.0%       3  1.3 s          16  {"type":"sgd"}  best    20260101-000002-toy-trial-2-abcd',
      '  trial 1  50.0%       3  1.3 s           8  {"type":"sgd"}          20260101-000001-toy-trial-1-abcd',
      '  trial 4  50.0%       3  1.3 s          32  {"type":"sgd"}          20260101-000004-toy-trial-4-abcd',
      '  trial 3      –       3  1.3 s          24  {"type":"sgd"}  failed  20260101-000003-toy-trial-3-abcd',
      '',
      'Best: trial 2, validation accuracy 75.0%.',
      'Make it the experiment: textclf runs adopt run-2 --write',
    ]);
  });

  it('has the lowest loss first', () => {
    const group = {
      ...search,
      options: [],
      metric: 'validation.loss' as const,
      trials: ended,
      summary: null,
    };
    expect(resultLines(group, style)[2]).toContain('trial 1');
    expect(resultLines(group, style)[2]).toContain('0.5000');
  });

  it('lists the best twenty of many, unless all are asked for', () => {
    const trials = Array.from({ length: 30 }, (_, i) => trial(i + 1, { value: i / 30 }));
    const group = { ...search, options: [], trials, summary: null };
    expect(resultLines(group, style)).toHaveLength(2 + 20 + 1);
    expect(resultLines(group, style).at(-1)).toBe('  and 10 more runs');
    expect(resultLines(group, style, { all: true })).toHaveLength(2 + 30);
  });

  it('is for folds the mean and the deviation of each metric', () => {
    const metrics = [
      { split: 'validation', name: 'accuracy', mean: 0.8, deviation: 0.0123, runs: 5 },
      { split: 'test', name: 'accuracy', mean: 0.75, deviation: 0.02, runs: 5 },
      { split: 'validation', name: 'loss', mean: 0.41, deviation: 0.05, runs: 5 },
    ] as const;
    const group = {
      ...({ kind: 'folds', planned: 5, metric: 'validation.loss' } as const),
      trials: [],
      options: [],
      summary: { metrics: [...metrics] },
    };
    expect(resultLines(group, style)).toEqual([
      'Mean ± deviation  over 5 runs that succeeded',
      '                 validation          test',
      '  accuracy     80.0% ± 1.2%  75.0% ± 2.0%',
      '  loss      0.4100 ± 0.0500',
    ]);
  });

  it('writes what it was told as text only', () => {
    const evil = trial(1, { label: 'a\u001b[2Jb', settings: { 'model.hiddenSize': 'c\u001b[31md' } });
    const lines = resultLines(
      { ...search, options: [...search.options], trials: [evil], summary: null },
      style,
    );
    expect(lines.join('\n')).not.toMatch(/[^\P{Cc}\n]/u);
  });
});

describe('the plan', () => {
  it('of a search without a number of trials', () => {
    expect(planLines({ ...search, options: [], planned: null }, style)[0]).toContain('until its time is up');
  });

  it.each([
    [
      ['model.hiddenSize', 'model.layers'],
      ['hiddenSize', 'layers'],
    ],
    [
      ['model.hiddenSize', 'model.head.hiddenSize'],
      ['model.hiddenSize', 'head.hiddenSize'],
    ],
    [
      ['a.b', 'b'],
      ['a.b', 'b'],
    ],
  ])('names %j in short', (paths, names) => {
    expect(shortNames(paths)).toEqual(names);
  });
});
