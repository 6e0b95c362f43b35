import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/protocol/events';
import { parseEventLine, readEvents } from '../../src/runs/events';
import { epochMetricsOf, evaluationWith } from '../support/sample-metrics';
import { humanErrorOf, seededRandom, temporaryFolder, warning } from './support';

const time = '2026-11-22T14:30:05.123Z';

/** One event of each type, with every optional key. */
const everyType: { [Type in RunEvent['type']]: Extract<RunEvent, { type: Type }> } = {
  started: { type: 'started', time, id: '20261122-143005-imdb-0a1b', name: 'imdb' },
  phase: { type: 'phase', time, phase: 'building vocabulary' },
  data: {
    type: 'data',
    time,
    rows: { train: 80, validation: 20, test: 0 },
    classes: [{ label: '<b>spam</b>', train: 40, validation: 10, test: 0 }],
    lengths: { median: 12.5, p95: 80, longest: 300, cutTexts: 1, cutTokenShare: 0.01 },
    vocabulary: { size: 100, seen: 140, vectorsFound: 90, unknownTokenShare: 0.1 },
  },
  model: {
    type: 'model',
    time,
    summary: 'LSTM, 1 layer of 128 units',
    parameters: [{ name: 'embedding.weight', shape: [100, 20], trained: false }],
    parameterCount: 2000,
    device: 'cpu',
    threads: 2,
  },
  batch: {
    type: 'batch',
    time,
    epoch: 1,
    epochs: 3,
    batch: 2,
    batches: 5,
    step: 2,
    loss: 0.69,
    accuracy: 0.5,
    learningRate: 1e-3,
    samplesPerSecond: 320.5,
    etaSeconds: 12,
  },
  epoch: {
    type: 'epoch',
    time,
    epoch: 1,
    train: { loss: 0.5, accuracy: 0.75 },
    validation: epochMetricsOf({ loss: 0.5, rocAuc: 0.75 }),
    learningRate: 1e-3,
    best: true,
    seconds: 3.5,
  },
  continued: { type: 'continued', time, from: '20261122-143005-imdb-0a1b', epoch: 2 },
  thawed: { type: 'thawed', time, epoch: 2 },
  evaluation: {
    type: 'evaluation',
    time,
    evaluation: evaluationWith({
      task: 'multi-label',
      rows: 2,
      accuracy: 0.5,
      macroF1: 0.5,
      logLoss: 0.25,
      classes: [
        {
          label: 'größe 🙂',
          precision: 1,
          recall: 0.5,
          f1: 2 / 3,
          rocAuc: null,
          prAuc: 0.5,
          threshold: 0.25,
          support: 2,
        },
      ],
      confusion: [[2]],
      reliability: [{ rows: 2, confidence: 0.75, accuracy: 1 }],
    }),
  },
  warning: { type: 'warning', time, message: 'line 3\nline 4' },
  finished: { type: 'finished', time, status: 'failed', message: 'a.csv:1:1: broken' },
  download: { type: 'download', time, name: 'glove.6B.50d', done: 1_000, total: 69_182_535 },
  group: {
    type: 'group',
    time,
    kind: 'search',
    planned: null,
    metric: 'validation.macroF1',
    options: [{ path: 'training.optimizer.learningRate', scale: 'log' }],
  },
  trial: {
    type: 'trial',
    time,
    index: 1,
    id: '20260101-000000-quick-1a2b',
    label: 'trial 1',
    settings: { 'training.optimizer.learningRate': 0.01, 'model.widths': [3, 4] },
    status: 'failed',
    epoch: 0,
    value: null,
    seconds: 1.5,
    message: 'the loss is no longer a number',
  },
  summary: {
    type: 'summary',
    time,
    metrics: [{ split: 'validation', name: 'accuracy', mean: 0.75, deviation: 0.125, runs: 2 }],
    best: { index: 2, id: '20260101-000000-quick-1a2b', value: 0.875 },
  },
  labels: { type: 'labels', time, by: 'folds', rows: 80, issues: 3, wrongShare: 0.04 },
  examples: { type: 'examples', time, examples: [{ text: 'So gut 🙂', label: 'größe', probability: 0.75 }] },
};

describe('parseEventLine', () => {
  it.each(Object.values(everyType))('reads back a $type event whole', (event) => {
    expect(parseEventLine(JSON.stringify(event))).toEqual(event);
  });

  it.each([
    { what: 'no JSON', line: '{"type":"warn', words: 'JSON' },
    { what: 'no object', line: '3', words: 'event' },
    { what: 'an unknown type', line: JSON.stringify({ type: 'dance', time }), words: 'type' },
    { what: 'a missing key', line: JSON.stringify({ type: 'warning', time }), words: 'message' },
    { what: 'no time', line: JSON.stringify({ type: 'warning', message: '' }), words: 'time' },
    {
      what: 'a number that was not finite',
      line: JSON.stringify({ ...everyType.batch, loss: Number.NaN }),
      words: 'loss',
    },
  ])('says what is wrong with $what', ({ line, words }) => {
    const result = parseEventLine(line);
    if (result.type !== 'invalid') throw new Error('It was read.');
    expect(result.message).toContain(words);
  });
});

describe('readEvents', () => {
  const lines = Object.values(everyType).map((event) => JSON.stringify(event));

  function fileWith(content: string | Uint8Array): string {
    const file = join(temporaryFolder(), 'events.ndjson');
    writeFileSync(file, content);
    return file;
  }

  it.each([
    { what: 'an empty file', content: '', events: [] },
    { what: 'whole lines', content: `${lines.join('\n')}\n`, events: Object.values(everyType) },
    { what: 'a last line that is cut', content: `${lines[0]}\n{"type":"wa`, events: [everyType.started] },
    { what: 'only a cut line', content: '{"type":"wa', events: [] },
    {
      what: 'a last line of zeros, as after a power cut',
      content: `${lines[0]}\n\0\0\0\n`,
      events: [everyType.started],
    },
  ])('reads $what', ({ content, events }) => {
    expect(readEvents(fileWith(content))).toEqual({ events, problems: [] });
  });

  it('lists broken lines elsewhere and reads on', () => {
    const [started, warned, finished] = [everyType.started, everyType.warning, everyType.finished].map(
      (event) => JSON.stringify(event),
    );
    const file = fileWith(`${started}\nstray output\n\n${warned}\n{"type":"warning"}\n${finished}\n`);
    const { events, problems } = readEvents(file);
    expect(events).toEqual([everyType.started, everyType.warning, everyType.finished]);
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 5]);
  });

  it('names a file that is missing', () => {
    const file = join(temporaryFolder(), 'events.ndjson');
    expect(humanErrorOf(() => readEvents(file)).place).toEqual({ file });
  });

  const seed = 7;
  it(`reads the whole lines of a file cut at any byte (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const events = Array.from({ length: 30 }, (_, index) => warning(`Größe ${index} 🙂 "zitiert"\n`));
    const bytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    for (let round = 0; round < 200; round++) {
      const cut = Math.floor(random() * (bytes.length + 1));
      const whole = bytes.subarray(0, cut).filter((byte) => byte === 0x0a).length;
      expect(readEvents(fileWith(bytes.subarray(0, cut))), `cut at ${cut}`).toEqual({
        events: events.slice(0, whole),
        problems: [],
      });
    }
  });
});
