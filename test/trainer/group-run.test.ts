import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src/experiment/parse';
import { plannedRuns } from '../../src/experiment/planned-runs';
import { loadPredictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { readEvents } from '../../src/runs/events';
import { runPaths } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { requestStop } from '../../src/runs/stop-request';
import { train } from '../../src/trainer/train';
import { readAll } from '../support/read-all';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';

type Changes = Parameters<typeof toyExperiment>[0] & { search?: object };

const files = { 'train.csv': toyReviews(120), 'test.csv': toyReviews(40, 2) };

function setUp({ search, ...changes }: Changes) {
  const folder = workspace();
  const experiment = { ...toyExperiment(changes), ...(search ? { search } : {}) };
  return { folder, file: writeExperiment(folder, experiment, files) };
}

function ofType<Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) {
  return events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
}

/** What is on the disk of a group: its own events and record, and those of each of its runs, in order. */
function readGroup(folder: string) {
  const { events, problems } = readEvents(runPaths(folder).events);
  expect(problems).toEqual([]);
  const last = new Map(ofType(events, 'trial').map((event) => [event.index, event]));
  const children = [...last.values()].map((trial) => {
    const child = join(folder, '..', trial.id);
    const record = readRecord(child);
    const text = readFileSync(runPaths(child).experiment, 'utf8');
    const { experiment, problems: mistakes } = parseExperiment(text, 'x.json');
    expect(mistakes).toEqual([]);
    return {
      trial,
      folder: child,
      record,
      experiment: experiment!,
      events: readEvents(runPaths(child).events).events,
    };
  });
  return { events, record: readRecord(folder), children };
}

describe('a search', () => {
  it('trains a run for each setting, under one that stands for all', async () => {
    const { folder, file } = setUp({
      data: { test: 'test.csv' },
      training: { epochs: 2 },
      search: {
        strategy: 'grid',
        options: { 'model.hiddenSize': [4, 6], 'training.optimizer.learningRate': [0.02, 1e-5] },
      },
    });
    const own: RunEvent[] = [];
    const ofTrials: { index: number; type: string }[] = [];
    const result = await train({
      experimentFile: file,
      root: folder,
      onEvent: (event, trial) => {
        if (trial) ofTrials.push({ index: trial.index, type: event.type });
        else own.push(event);
      },
    });
    expect(result.status).toBe('succeeded');

    const { events, record, children } = readGroup(result.folder);
    expect(events).toEqual(own);
    expect(events[0]!.type).toBe('started');
    expect(events[1]).toMatchObject({
      type: 'group',
      kind: 'search',
      planned: 4,
      metric: 'validation.accuracy',
      options: [
        { path: 'model.hiddenSize', scale: 'choice' },
        { path: 'training.optimizer.learningRate', scale: 'choice' },
      ],
    });
    expect(events.map(({ type }) => type).slice(-4)).toEqual(['summary', 'phase', 'evaluation', 'finished']);
    expect(events.at(-1)).toMatchObject({ type: 'finished', status: 'succeeded' });
    expect(new Set(ofTrials.map(({ index }) => index))).toEqual(new Set([1, 2, 3, 4]));

    expect(children.map(({ trial }) => trial.settings)).toEqual([
      { 'model.hiddenSize': 4, 'training.optimizer.learningRate': 0.02 },
      { 'model.hiddenSize': 4, 'training.optimizer.learningRate': 1e-5 },
      { 'model.hiddenSize': 6, 'training.optimizer.learningRate': 0.02 },
      { 'model.hiddenSize': 6, 'training.optimizer.learningRate': 1e-5 },
    ]);
    for (const [i, child] of children.entries()) {
      expect(child.record).toMatchObject({
        status: 'succeeded',
        name: `toy trial ${i + 1}`,
        parent: { id: result.id, index: i + 1, label: `trial ${i + 1}` },
        dataDigest: record.dataDigest,
      });
      expect(child.record.group).toBeUndefined();
      expect(plannedRuns(child.experiment)).toBeUndefined();
      expect(child.experiment.training.seed).toBe(42);
      const best = ofType(child.events, 'epoch')
        .filter((event) => event.best)
        .at(-1)!;
      expect(child.trial).toMatchObject({ status: 'succeeded', epoch: 2, value: best.validation.accuracy });
      // Running, after each epoch, and at the end.
      expect(
        ofType(events, 'trial')
          .filter(({ index }) => index === i + 1)
          .map(({ status, epoch }) => [status, epoch]),
      ).toEqual([
        ['running', 0],
        ['running', 1],
        ['running', 2],
        ['succeeded', 2],
      ]);
    }

    const [summary] = ofType(events, 'summary');
    const values = children.map(({ trial }) => trial.value!);
    const best = children.find(({ trial }) => trial.value === Math.max(...values))!.trial;
    expect(summary!.best).toEqual({ index: best.index, id: best.id, value: best.value });
    // The test rows are for the chosen model alone, once.
    const evaluated = children.map(({ events: own }) => ofType(own, 'evaluation')[0]!.evaluation.split);
    expect(evaluated).toEqual(['validation', 'validation', 'validation', 'validation']);
    expect(summary!.metrics.filter(({ split }) => split === 'test')).toEqual([]);
    const validation = summary!.metrics.find(({ name }) => name === 'accuracy')!;
    expect(validation.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 4, 12);
    expect(validation.runs).toBe(4);
    const { evaluation } = ofType(events, 'evaluation')[0]!;
    expect(evaluation.split).toBe('test');
    expect(evaluation).toEqual(result.evaluation);
    const predictor = await loadPredictor(runPaths(result.folder).model);
    const rows = await readAll([join(folder, 'test.csv')], { text: 'text', label: 'label' });
    const predictions = await predictor.predict(rows.map(({ text }) => text));
    await predictor.release();
    const right = predictions.filter(({ label }, row) => label === rows[row]!.labels[0]).length;
    expect(evaluation.accuracy).toBeCloseTo(right / rows.length, 12);
    expect(record.test!.accuracy).toBe(evaluation.accuracy);
    expect(record).toMatchObject({
      group: { kind: 'search', planned: 4 },
      best: { metric: 'validation.accuracy', value: best.value },
    });
    // Who predicts with its model uses what has trained that.
    const { device, threads, runtime } = children.find(({ trial }) => trial.id === best.id)!.record;
    expect(runtime).toMatchObject({ engine: 'onnxruntime', device: 'cpu' });
    expect(record).toMatchObject({ device, threads, runtime });
  });

  it('has the model of its best trial, which stays when the trial is deleted', async () => {
    const { folder, file } = setUp({
      training: { epochs: 6 },
      search: { strategy: 'grid', options: { 'training.optimizer.learningRate': [1e-6, 0.03, 1e-7] } },
    });
    const result = await train({ experimentFile: file, root: folder });
    const { children } = readGroup(result.folder);
    const best = children[1]!;
    expect(best.trial.value).toBe(Math.max(...children.map(({ trial }) => trial.value!)));
    const weights = (run: string) => join(runPaths(run).model, 'model.safetensors');
    expect(readFileSync(weights(result.folder))).toEqual(readFileSync(weights(best.folder)));
    // Two names of one file.
    expect(statSync(weights(result.folder)).ino).toBe(statSync(weights(best.folder)).ino);
    rmSync(best.folder, { recursive: true });
    const predictor = await loadPredictor(runPaths(result.folder).model);
    const [prediction] = await predictor.predict(['a superb film']);
    await predictor.release();
    expect(prediction!.label).toBe('good');
  });

  it('is the same for the same seed', async () => {
    const settings = async () => {
      const { folder, file } = setUp({
        training: { epochs: 1 },
        search: { trials: 3, options: { 'model.dropout': { from: 0, to: 0.5 } } },
      });
      const { folder: run } = await train({ experimentFile: file, root: folder });
      return readGroup(run).children.map(({ trial }) => [trial.settings, trial.value]);
    };
    const first = await settings();
    expect(first).toHaveLength(3);
    expect(await settings()).toEqual(first);
  });

  it('reads data anew where its options are searched, and cuts texts anew', async () => {
    const { folder, file } = setUp({
      training: { epochs: 1 },
      search: {
        strategy: 'grid',
        options: { 'data.maxRows': [50, 100], 'tokenizer.maxVocabulary': [3, 30] },
      },
    });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const facts = readGroup(run).children.map(({ events }) => ofType(events, 'data')[0]!);
    expect(facts.map(({ rows }) => rows.train + rows.validation)).toEqual([50, 50, 100, 100]);
    expect(facts.map(({ vocabulary }) => vocabulary.size <= 3)).toEqual([true, false, true, false]);
  });

  it('stops poor trials early', async () => {
    const { folder, file } = setUp({
      training: { epochs: 4 },
      search: {
        strategy: 'grid',
        options: { 'training.optimizer.learningRate': [0.05, 1e-6, 1e-7] },
        metric: 'validation.loss',
        halving: { factor: 2, firstEpoch: 2 },
      },
    });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const { children, events } = readGroup(run);
    expect(children.map(({ trial }) => [trial.status, trial.epoch])).toEqual([
      ['succeeded', 4],
      ['pruned', 2],
      ['pruned', 2],
    ]);
    expect(children[1]!.record.status).toBe('succeeded');
    const [summary] = ofType(events, 'summary');
    expect(summary).toMatchObject({ best: { index: 1 } });
    expect(summary!.metrics.every(({ runs }) => runs === 1)).toBe(true);
  });

  it('leaves out settings that do not fit together, and says so', async () => {
    const { folder, file } = setUp({
      training: { epochs: 1, optimizer: { type: 'adamW' } },
      search: {
        strategy: 'grid',
        options: {
          'training.optimizer.learningRate': [0.01, 50],
          'training.optimizer.weightDecay': [0.01, 0.5],
        },
      },
    });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const { children, events } = readGroup(run);
    expect(children.map(({ trial }) => trial.index)).toEqual([1, 2, 3]);
    expect(ofType(events, 'warning').map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^Settings such as .*50.*0\.5 are left out: /),
    );
  });

  it('judges a trial by the epoch whose weights its model has', async () => {
    const { folder, file } = setUp({
      // Steps so large that the first epoch is hardly the worst.
      training: {
        epochs: 4,
        earlyStopping: { monitor: 'validation.accuracy', patience: 3, restoreBest: false },
      },
      search: { strategy: 'grid', options: { 'training.optimizer.learningRate': [0.02, 0.5] } },
    });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    for (const { trial, events } of readGroup(run).children) {
      const last = ofType(events, 'epoch').at(-1)!;
      expect(trial.value).toBe(last.validation.accuracy);
    }
  });

  it('goes on after a trial that fails', async () => {
    const { folder, file } = setUp({
      training: { epochs: 1 },
      search: {
        strategy: 'grid',
        options: { 'model.embedding.vectors': ['none.txt', 'vectors.txt'] },
      },
    });
    const words = ['good', 'bad', 'film'].map((word) => `${word} ${'0.1 '.repeat(8).trim()}`);
    writeFileSync(join(folder, 'vectors.txt'), `${words.join('\n')}\n`);
    const result = await train({ experimentFile: file, root: folder });
    const { children, events } = readGroup(result.folder);
    expect(children.map(({ trial }) => trial.status)).toEqual(['failed', 'succeeded']);
    expect(children[0]!.trial.message).toContain('none.txt');
    expect(children[0]!.record).toMatchObject({ status: 'failed', message: children[0]!.trial.message });
    expect(ofType(events, 'summary')[0]!.best!.index).toBe(2);
  });

  it('finds how strongly to regularise a baseline', async () => {
    const { folder, file } = setUp({});
    const { data } = toyExperiment();
    const search = { strategy: 'grid', metric: 'validation.loss', options: { 'model.strength': [1e-4, 10] } };
    writeFileSync(file, JSON.stringify({ data, model: { type: 'baseline' }, search }));
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const { children, record, events } = readGroup(run);
    expect(children.map(({ trial }) => trial.status)).toEqual(['succeeded', 'succeeded']);
    expect(children[1]!.trial.value!).toBeLessThan(children[0]!.trial.value!);
    expect(ofType(events, 'summary')[0]!.best!.index).toBe(2);
    expect(record.model).toBe('baseline');
    const predictor = await loadPredictor(runPaths(run).model);
    const [prediction] = await predictor.predict(['a superb film']);
    await predictor.release();
    expect(prediction!.label).toBe('good');
  });

  it('takes a trial whose loss is lost for one that fails', async () => {
    const { folder, file } = setUp({
      training: { epochs: 2, optimizer: { type: 'sgd' } },
      search: { strategy: 'grid', options: { 'training.optimizer.learningRate': [1e38, 0.1] } },
    });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const { children } = readGroup(run);
    expect(children.map(({ trial }) => trial.status)).toEqual(['failed', 'succeeded']);
    expect(children[0]!.trial.message).toMatch(/the loss is no longer a number/);
  });

  it('ends where twenty trials in a row fail, whatever went well before', async () => {
    const missing = Array.from({ length: 40 }, (_, i) => `none-${i}.txt`);
    const { folder, file } = setUp({
      training: { epochs: 1 },
      search: { strategy: 'grid', options: { 'model.embedding.vectors': ['vectors.txt', ...missing] } },
    });
    writeFileSync(join(folder, 'vectors.txt'), `good ${'0.1 '.repeat(8).trim()}\n`);
    const { status, folder: run } = await train({ experimentFile: file, root: folder });
    expect(status).toBe('succeeded');
    const { children, events } = readGroup(run);
    expect(children).toHaveLength(21);
    expect(ofType(events, 'warning').at(-1)!.message).toBe('The last 20 runs failed: no further one begins.');
    expect(ofType(events, 'summary')[0]!.best!.index).toBe(1);
  });

  it('ends where three trials fail alike from the start', async () => {
    const { folder, file } = setUp({
      model: { embedding: { size: 8, vectors: 'none.txt' } },
      search: { strategy: 'grid', options: { 'model.hiddenSize': [1, 2, 3, 4, 5] } },
    });
    const runs: string[] = [];
    await expect(
      train({ experimentFile: file, root: folder, onRun: (run) => runs.push(run.folder) }),
    ).rejects.toThrow('none.txt');
    const { children, record, events } = readGroup(runs[0]!);
    expect(children.map(({ trial }) => trial.status)).toEqual(['failed', 'failed', 'failed']);
    expect(record).toMatchObject({ status: 'failed', message: children[0]!.trial.message });
    expect(ofType(events, 'summary')[0]).toMatchObject({ metrics: [] });
  });

  it('fails at once where the data that all trials share cannot be read', async () => {
    const { folder, file } = setUp({ search: { options: { 'model.hiddenSize': [1, 2] } } });
    rmSync(join(folder, 'train.csv'));
    const runs: string[] = [];
    await expect(
      train({ experimentFile: file, root: folder, onRun: (run) => runs.push(run.folder) }),
    ).rejects.toThrow(/train\.csv|does not exist/);
    const { children, record } = readGroup(runs[0]!);
    expect(children).toEqual([]);
    expect(record.status).toBe('failed');
  });

  it('begins no trial when its time is up, and counts the one at hand', async () => {
    const { folder, file } = setUp({
      training: { epochs: 100_000 },
      search: { minutes: 3 / 60, options: { 'model.dropout': { from: 0, to: 0.5 } } },
    });
    const { status, folder: run } = await train({ experimentFile: file, root: folder });
    expect(status).toBe('succeeded');
    const { children, events } = readGroup(run);
    expect(ofType(events, 'group')[0]!.planned).toBeNull();
    expect(children.map(({ trial }) => trial.status)).toEqual(['stopped']);
    expect(children[0]!.trial.epoch).toBeGreaterThan(0);
    expect(ofType(events, 'summary')[0]!.best).toMatchObject({ index: 1, value: children[0]!.trial.value });
    expect(existsSync(runPaths(run).model)).toBe(true);
  });
});

describe('repetitions', () => {
  it('train with one seed after the other, each as it would be alone', async () => {
    const { folder, file } = setUp({ training: { epochs: 2, repeat: 2, seed: 7 } });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const { children, events } = readGroup(run);
    expect(children.map(({ trial, record }) => [trial.label, trial.settings, record.seed])).toEqual([
      ['seed 7', { 'training.seed': 7 }, 7],
      ['seed 8', { 'training.seed': 8 }, 8],
    ]);
    const alone = setUp({ training: { epochs: 2, seed: 8 } });
    const single = await train({ experimentFile: alone.file, root: alone.folder });
    const losses = (own: readonly RunEvent[]) =>
      ofType(own, 'epoch').map(({ train, validation }) => [train, validation]);
    expect(losses(children[1]!.events)).toEqual(losses(readEvents(runPaths(single.folder).events).events));
    expect(children[1]!.record.dataDigest).toBe(readRecord(single.folder).dataDigest);
    const values = children.map(({ trial }) => trial.value!);
    const loss = ofType(events, 'summary')[0]!.metrics.find(({ name }) => name === 'loss')!;
    expect(loss).toMatchObject({ split: 'validation', runs: 2 });
    expect(loss.mean).toBeCloseTo((values[0]! + values[1]!) / 2, 12);
    expect(loss.deviation).toBeCloseTo(Math.abs(values[0]! - values[1]!) / Math.SQRT2, 12);
  });
});

describe('cross-validation', () => {
  it('judges every row once', async () => {
    const { folder, file } = setUp({ data: { validation: { folds: 3 } }, training: { epochs: 1 } });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const { children, record } = readGroup(run);
    expect(record.group).toEqual({ kind: 'folds', planned: 3 });
    expect(children.map(({ trial }) => trial.label)).toEqual(['fold 1 of 3', 'fold 2 of 3', 'fold 3 of 3']);
    const lines = children.flatMap(({ folder: child }) =>
      readFileSync(runPaths(child).predictions, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { line: number }).line),
    );
    expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, i) => i + 2));
    expect(new Set(children.map(({ record: { dataDigest } }) => dataDigest)).size).toBe(3);
  });

  it('has folds that can be trained alone', async () => {
    const { folder, file } = setUp({ data: { validation: { folds: 2 } }, training: { epochs: 1 } });
    const { folder: run } = await train({ experimentFile: file, root: folder });
    const second = readGroup(run).children[1]!;
    const alone = join(folder, 'fold.textclf.json');
    writeFileSync(alone, JSON.stringify(second.experiment));
    const single = await train({ experimentFile: alone, root: folder });
    const record = readRecord(single.folder);
    expect(record.parent).toBeUndefined();
    expect(record.dataDigest).toBe(second.record.dataDigest);
    expect(record.best).toEqual(second.record.best);
  });
});

describe('stopping', () => {
  /** A search of three long trials, and what is done when a trial has trained for an epoch. */
  async function searchUntil(
    act: (group: string, trial: string, index: number) => void,
    signal?: AbortSignal,
  ) {
    const { folder, file } = setUp({
      training: { epochs: 300 },
      search: { strategy: 'grid', options: { 'model.hiddenSize': [4, 5, 6] } },
    });
    let group = '';
    let acted = 0;
    const result = await train({
      experimentFile: file,
      root: folder,
      ...(signal ? { signal } : {}),
      onRun: (run) => {
        group = run.folder;
      },
      onEvent: (event, trial) => {
        if (event.type !== 'epoch' || !trial || trial.index <= acted) return;
        acted = trial.index;
        act(group, join(group, '..', trial.id), trial.index);
      },
    });
    return { result, ...readGroup(group) };
  }

  it('the group ends it with a summary of what there is', async () => {
    const { result, record, children, events } = await searchUntil((group) => requestStop(group));
    expect(result.status).toBe('stopped');
    expect(record.status).toBe('stopped');
    expect(children.map(({ trial, record: own }) => [trial.status, own.status])).toEqual([
      ['stopped', 'stopped'],
    ]);
    expect(ofType(events, 'summary')[0]).toMatchObject({ metrics: [], best: { index: 1 } });
    expect(existsSync(runPaths(result.folder).model)).toBe(true);
  });

  it('by the signal does the same', async () => {
    const controller = new AbortController();
    const { result, children } = await searchUntil(() => controller.abort(), controller.signal);
    expect(result.status).toBe('stopped');
    expect(children).toHaveLength(1);
  });

  it('a trial stops that one alone', async () => {
    const { result, children } = await searchUntil((group, trial, index) =>
      requestStop(index === 3 ? group : trial),
    );
    expect(result.status).toBe('stopped');
    expect(children.map(({ trial }) => trial.status)).toEqual(['stopped', 'stopped', 'stopped']);
  });
});
