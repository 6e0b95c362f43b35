/** What the extension would send of real and of made-up runs: made by the extension's own reducers. */
import { readFileSync } from 'node:fs';
import { createRandom } from '../../src/data/random';
import { runHeader } from '../../src/host/run-header';
import type { GroupState, RunHeader, RunState } from '../../src/protocol/dashboard';
import type { Evaluation, RunEvent, Task } from '../../src/protocol/events';
import { type MetricName, metricNames } from '../../src/protocol/metrics';
import { readEvents } from '../../src/runs/events';
import { findRun } from '../../src/runs/list';
import { runPaths } from '../../src/runs/paths';
import { RunView } from '../../src/runs/run-view';
import { epochMetricsOf } from '../support/sample-metrics';

/** A run folder as its dashboard shows it, up to the given event. */
export function stateOfRun(folder: string, root: string, until = Number.POSITIVE_INFINITY): RunState {
  const view = new RunView();
  const { events } = readEvents(runPaths(folder).events);
  view.apply(events.slice(0, until));
  const run = findRun(root, folder);
  const status = until < events.length ? 'running' : run.status;
  const stored = { ...run, status, root, name: run.record.name, note: '', starred: false, stopping: false };
  return stateOf(
    view,
    runHeader(stored, view),
    JSON.parse(readFileSync(runPaths(folder).experiment, 'utf8')),
  );
}

export function stateOf(view: RunView, header: RunHeader, settings: unknown): RunState {
  const { data, model, epochs, thaw, evaluation, labels, examples, log } = view;
  return {
    ...{ header, group: view.group, baseline: null, curve: view.curve.curve, settings },
    ...{ data, model, epochs, thaw, evaluation, labels, examples, log },
  };
}

const time = '2026-07-04T12:00:00.000Z';

export interface MadeRun {
  classes: number;
  epochs: number;
  batches: number;
}

/** Events as a long training with many classes makes them. */
export function madeEvents({ classes, epochs, batches }: MadeRun, seed = 1): RunEvent[] {
  const random = createRandom(seed);
  const uniform = () => random.integer(1_000_000) / 1_000_000;
  const labels = Array.from({ length: classes }, (_, i) => `topic ${i + 1}`);
  const events: RunEvent[] = [
    { time, type: 'started', id: 'made', name: 'made' },
    { time, type: 'phase', phase: 'reading data' },
    {
      ...{ time, type: 'data' },
      rows: { train: 32 * batches, validation: 5 * batches, test: 5 * batches },
      classes: labels.map((label) => ({
        label,
        train: 20 + random.integer(400),
        validation: 10 + random.integer(40),
        test: 10 + random.integer(40),
      })),
      lengths: { median: 94, p95: 512, longest: 4_210, cutTexts: 812, cutTokenShare: 0.034 },
      vocabulary: { size: 25_000, seen: 81_204, vectorsFound: 22_318, unknownTokenShare: 0.0213 },
    },
    {
      ...{ time, type: 'model' },
      summary: 'LSTM, 2 layers of 128 units, both directions, mean pooling',
      parameters: [
        { name: 'embedding.weight', shape: [25_000, 100], trained: false },
        { name: 'lstm.weight_ih_l0', shape: [512, 100], trained: true },
        { name: 'head.bias', shape: [classes], trained: true },
      ],
      parameterCount: 3_131_394,
      device: 'cpu',
      threads: 4,
    },
    { time, type: 'phase', phase: 'training' },
  ];
  let bestLoss = Number.POSITIVE_INFINITY;
  const steps = epochs * batches;
  for (let step = 1; step <= steps; step++) {
    const part = step / steps;
    const loss = 0.2 + Math.exp(-6 * part) * Math.log(classes) + 0.25 * uniform() * (1 - part / 2);
    const epoch = Math.ceil(step / batches);
    const batch = step - (epoch - 1) * batches;
    events.push({
      ...{ time, type: 'batch', epoch, epochs, batch, batches, step, loss },
      accuracy: Math.min(1, 0.95 - 0.8 * Math.exp(-5 * part) + 0.1 * (uniform() - 0.5)),
      learningRate: 0.001 * Math.min(1, part * 10) * (1 - part),
      samplesPerSecond: 2_850,
      etaSeconds: (steps - step) / 90,
    });
    if (batch < batches) continue;
    const validationLoss =
      0.3 + Math.exp(-6 * part) * Math.log(classes) + 0.25 * part ** 2 + 0.02 * uniform();
    const accuracy = 0.9 - 0.75 * Math.exp(-5 * part) - 0.02 * part;
    const best = validationLoss < bestLoss;
    if (best) bestLoss = validationLoss;
    events.push({
      ...{ time, type: 'epoch', epoch, best, seconds: 11.4, learningRate: 0.001 * (1 - part) },
      train: { loss, accuracy: accuracy + 0.05 },
      validation: epochMetricsOf({
        ...{ loss: validationLoss, accuracy, macroF1: accuracy - 0.02 },
        ...{ rocAuc: accuracy + 0.04, matthews: 2 * accuracy - 1 },
      }),
    });
  }
  return events;
}

/** The events of a pretrained encoder that thaws after its first epoch, made of those of another training. */
export function thawing(events: readonly RunEvent[]): RunEvent[] {
  const second = events.findIndex((event) => event.type === 'batch' && event.epoch === 2);
  const changed = events.map((event): RunEvent => {
    if (event.type === 'data') {
      const vocabulary = { size: 30_522, unknownTokenShare: 0.0004 };
      const lengths = { median: 231, p95: 788, longest: 3_104, cutTexts: 3_902, cutTokenShare: 0.187 };
      return { ...event, vocabulary, lengths };
    }
    if (event.type !== 'model') return event;
    return {
      ...event,
      summary: 'distilbert-base-uncased (DistilBERT): 6 layers of 768 units, 12 heads; 2 classes',
      parameters: [
        { name: 'embedding.weight', shape: [30_522, 768], trained: true },
        { name: 'layers.0.attention.query.weight', shape: [768, 768], trained: true },
        { name: 'head.output.bias', shape: [2], trained: true },
      ],
      parameterCount: 66_955_010,
    };
  });
  const thaw: RunEvent[] = second < 0 ? [] : [{ time, type: 'thawed', epoch: 2 }];
  return second < 0 ? changed : [...changed.slice(0, second), ...thaw, ...changed.slice(second)];
}

/** An evaluation in which neighbouring classes are confused, and a few others. */
export function madeEvaluation(labels: readonly string[], seed = 2, task: Task = 'single-label'): Evaluation {
  const random = createRandom(seed);
  const confusion = labels.map((_, truth) =>
    labels.map((_label, predicted) => {
      if (truth === predicted) return 20 + random.integer(60);
      if (Math.abs(truth - predicted) === 1) return random.integer(12);
      return random.integer(20) === 0 ? 1 + random.integer(3) : 0;
    }),
  );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const rows = sum(confusion.map(sum));
  const isMulti = task === 'multi-label';
  const classes = labels.map((label, i) => {
    const hits = confusion[i]![i]!;
    const support = sum(confusion[i]!);
    const precision = hits / sum(confusion.map((row) => row[i]!));
    const recall = hits / support;
    const f1 = (2 * precision * recall) / (precision + recall);
    const ranking = { rocAuc: i === 1 ? null : (1 + recall) / 2, prAuc: i === 1 ? null : f1 };
    return {
      ...{ label, precision, recall, f1, support, ...ranking },
      ...(isMulti && { threshold: 0.3 + 0.05 * (i % 8) }),
    };
  });
  const accuracy = sum(confusion.map((row, i) => row[i]!)) / rows;
  const macroF1 = sum(classes.map(({ f1 }) => f1)) / classes.length;
  const shares = Object.fromEntries(metricNames.map((name) => [name, macroF1])) as Record<MetricName, number>;
  return {
    ...{ ...shares, split: 'test', task, rows, classes, accuracy, loss: 0.412, logLoss: 0.398, brier: 0.172 },
    ...{ calibrationError: 0.043, hammingLoss: 1 - accuracy, rocAuc: 0.951, prAuc: 0.912, matthews: 0.774 },
    confusion: isMulti ? [] : confusion,
    reliability: Array.from({ length: 10 }, (_, i) => ({
      rows: i < 3 ? 0 : Math.round((rows * i) / 42),
      confidence: (i + 0.5) / 10,
      accuracy: Math.min(1, Math.max(0, (i + 0.5) / 10 - 0.09 + 0.02 * (i % 3))),
    })),
  };
}

/** A search of so many trials, some of which failed or ended early; the last one is still running. */
export function madeSearch(
  trials: number,
  { planned = trials, options = searchOptions, seed = 3 }: Partial<GroupState & { seed: number }> = {},
): GroupState {
  const random = createRandom(seed);
  const uniform = () => random.integer(1_000_000) / 1_000_000;
  return {
    ...{ kind: 'search', planned, metric: 'validation.accuracy', options, summary: null },
    trials: Array.from({ length: trials }, (_, i) => {
      const draws = options.map(uniform);
      const value = 0.91 - 0.3 * Math.abs(draws[0]! - 0.6) ** 1.5 - 0.08 * uniform();
      const isLast = i === trials - 1;
      const status = isLast ? 'running' : i % 9 === 4 ? 'failed' : i % 4 === 2 ? 'pruned' : 'succeeded';
      return {
        ...{ index: i + 1, id: `trial-${i + 1}`, label: `trial ${i + 1}`, status },
        settings: Object.fromEntries(options.map(({ path, scale }, k) => [path, drawn(scale, draws[k]!, k)])),
        epoch: status === 'failed' ? 0 : status === 'pruned' ? 2 : isLast ? 1 : 5,
        value: status === 'failed' || isLast ? null : value,
        seconds: 20 + 30 * uniform(),
        ...(status === 'failed' && {
          message: 'The loss is not a number any more.\n  Try a lower learning rate.',
        }),
      };
    }),
  };
}

const searchOptions: GroupState['options'] = [
  { path: 'training.optimizer.learningRate', scale: 'log' },
  { path: 'model.hiddenSize', scale: 'linear' },
  { path: 'model.head.hiddenSize', scale: 'linear' },
  { path: 'model.pooling', scale: 'choice' },
  { path: 'training.batchSize', scale: 'choice' },
];

function drawn(scale: GroupState['options'][number]['scale'], share: number, option: number): unknown {
  if (scale === 'log') return 0.0001 * 1000 ** share;
  if (scale === 'linear') return 16 + Math.round(share * 240);
  const choices = option % 2 === 1 ? ['last', 'mean', 'max', 'attention'] : [16, 32, 64, 128];
  return choices[Math.floor(share * choices.length)];
}

/** Runs of a cross-validation or of several seeds, and their summary. */
export function madeRuns(kind: 'folds' | 'repeat', runs: number): GroupState {
  const value = (i: number) => 0.88 + 0.02 * Math.sin(3 * i);
  const metrics = metricNames.flatMap((name) =>
    (['validation', 'test'] as const).map((split) => ({
      ...{ split, name, mean: name === 'loss' ? 0.351 : 0.8791, deviation: 0.0123, runs },
    })),
  );
  return {
    ...{ kind, planned: runs, metric: 'validation.accuracy', options: [] },
    trials: Array.from({ length: runs }, (_, i) => ({
      ...{ index: i + 1, id: `run-${i + 1}`, status: 'succeeded', settings: {}, epoch: 5 },
      ...{ label: kind === 'folds' ? `fold ${i + 1} of ${runs}` : `seed ${42 + i}` },
      ...{ value: value(i), seconds: 61.4 },
    })),
    summary: { metrics, best: { index: 3, id: 'run-3', value: value(2) } },
  };
}

export function madeHeader(view: RunView, changes: Partial<RunHeader> = {}): RunHeader {
  const { epoch = 0, epochs = 0, batch = 0, batches = 0, samplesPerSecond, etaSeconds } = view.batch ?? {};
  return {
    ...{ id: '20260704-120000-made', name: 'imdb-lstm', status: 'running', startedAt: time },
    ...(view.phase ? { phase: view.phase } : {}),
    ...{ progress: view.progress, epoch, epochs, batch, batches },
    ...(samplesPerSecond === undefined ? {} : { samplesPerSecond }),
    ...(etaSeconds === undefined ? {} : { etaSeconds }),
    ...{ device: 'cpu', threads: 4, experimentFile: 'experiments/imdb-lstm.textclf.json' },
    ...{ hasModel: view.epochs.length > 0, starred: false, note: '', stopping: false, continuable: false },
    ...changes,
  };
}
