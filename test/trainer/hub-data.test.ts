import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseExperiment, resolvedToJson } from '../../src/experiment/parse';
import { conversion } from '../../src/hub/dataset-splits';
import type { RunEvent } from '../../src/protocol/events';
import { HumanError } from '../../src/protocol/human-error';
import { readRecord } from '../../src/runs/record';
import { checkExperiment } from '../../src/trainer/check-experiment';
import { dataFiles } from '../../src/trainer/data-files';
import { train } from '../../src/trainer/train';
import { hubServer, stallAfter } from '../hub/hub-server';

const hub = hubServer();
const fixture = (name: string) => readFileSync(`test/fixtures/hub/${name}.parquet`);
const [trainRows, testRows] = [fixture('train'), fixture('test')];
const commit = 'c'.repeat(40);

let folder = '';
let file = '';
/** Of the data set's name, which each test has its own of: a process looks a branch up once. */
let count = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-hub-data-'));
  file = join(folder, 'films.textclf.json');
  vi.stubEnv('HF_ENDPOINT', hub.url());
  vi.stubEnv('HF_HUB_CACHE', join(folder, 'cache'));
  vi.stubEnv('HF_HOME', folder);
  vi.stubEnv('TEXTCLF_CACHE', join(folder, 'own'));
  count++;
  const files = { 'plain/train/0000.parquet': trainRows, 'plain/test/0000.parquet': testRows };
  hub.datasets.set(name(), { [conversion]: { files, commit } });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const name = () => `org/films-${count}`;
function write(more: object = {}, rest: object = {}) {
  const data = { hub: { dataset: name(), test: 'test', ...more }, ...rest };
  const text = JSON.stringify({ data, model: { type: 'baseline' } });
  writeFileSync(file, text);
  return text;
}
async function run(settings: string[] = []) {
  const events: RunEvent[] = [];
  const result = await train({
    experimentFile: file,
    root: folder,
    settings,
    onEvent: (e) => events.push(e),
  });
  return { ...result, events };
}
const problemsOf = async (text: string) =>
  (await checkExperiment(text, file)).problems.map(({ severity, message, path }) => ({
    severity,
    message,
    path: path.join('.'),
  }));

describe('an experiment on a data set of the Hub', () => {
  it('is trained and tested on its splits, with the names of its classes', async () => {
    write();
    const { status, evaluation, events, folder: made } = await run();
    expect(status).toBe('succeeded');
    expect(evaluation).toMatchObject({ split: 'test', rows: 10, accuracy: 1 });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'data',
        rows: { train: 32, validation: 8, test: 10 },
        classes: [expect.objectContaining({ label: 'neg' }), expect.objectContaining({ label: 'pos' })],
      }),
    );
    const phases = events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
    expect(phases.slice(0, 2)).toEqual(['downloading', 'reading data']);
    const total = trainRows.length + testRows.length;
    expect(events.filter(({ type }) => type === 'download').at(-1)).toMatchObject({
      name: name(),
      done: total,
      total,
    });
    expect(readRecord(made).dataset).toEqual({ name: name(), config: 'plain', commit });
    expect(readRecord(made).dataDigest).toMatch(/^[0-9a-f]{64}$/);
    const experiment = JSON.parse(readFileSync(join(made, 'experiment.json'), 'utf8'));
    expect(experiment.data.hub).toEqual({
      dataset: name(),
      revision: conversion,
      train: 'train',
      test: 'test',
    });

    hub.asked.length = 0;
    const again = await run();
    expect(hub.asked).toEqual([]);
    const { dataDigest, dataset } = readRecord(made);
    expect(readRecord(again.folder)).toMatchObject({ dataDigest, dataset });
  });

  it('may be judged on a split of its own, of which the record says no share', async () => {
    const text = write({ validation: 'test', test: undefined });
    const { events, folder: made } = await run();
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'data', rows: { train: 40, validation: 10, test: 0 } }),
    );
    const recorded = readFileSync(join(made, 'experiment.json'), 'utf8');
    expect(JSON.parse(recorded).data).not.toHaveProperty('validation');
    const read = (of: string) => {
      const { experiment, problems } = parseExperiment(of, file);
      expect(problems).toEqual([]);
      return experiment!;
    };
    expect(read(recorded)).toEqual(read(text));
    expect(resolvedToJson(read(recorded))).toBe(recorded);
  });

  it('may be cross-validated; its files are fetched once', async () => {
    write({}, { validation: { folds: 2 } });
    const { status } = await run();
    expect(status).toBe('succeeded');
    expect(hub.asked.filter(({ what }) => what.includes('/resolve/'))).toHaveLength(2);
  });

  it('is stopped while it downloads, without a trace of a failure', async () => {
    write();
    hub.answer(/storage/, stallAfter(100));
    const controller = new AbortController();
    const { status } = await train({
      experimentFile: file,
      root: folder,
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'phase') controller.abort();
      },
    });
    expect(status).toBe('stopped');
  });

  it('fails where the data set has no such split, at the option that names it', async () => {
    write({ test: 'tset' });
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(HumanError);
    expect((error as HumanError).message).toBe(`"${name()}" has no split "tset".`);
    expect((error as HumanError).place).toMatchObject({ file, line: 1, column: expect.any(Number) });
  });

  it('is trained on files that the command line names in its place', async () => {
    write();
    writeFileSync(join(folder, 'mine.csv'), 'text,label\n'.concat('good,a\nbad,b\n'.repeat(20)));
    const { folder: made } = await run([`data.train=${join(folder, 'mine.csv')}`]);
    expect(hub.asked).toEqual([]);
    const { data } = JSON.parse(readFileSync(join(made, 'experiment.json'), 'utf8'));
    expect(data.train).toBe('./mine.csv');
    expect(data).not.toHaveProperty('hub');
  });
});

describe('the check', () => {
  it('tells of the download, and connects to nothing', async () => {
    const text = write();
    expect(await problemsOf(text)).toEqual([
      {
        severity: 'warning',
        message: `Training downloads the data set ${name()} first: its size is told when that starts.`,
        path: 'data.hub.dataset',
      },
    ]);
    const imdb = text.replace(name(), 'stanfordnlp/imdb');
    expect((await problemsOf(imdb))[0]!.message).toContain('first: about 41.5 MB.');
    expect(hub.asked).toEqual([]);
  });

  it('reads the rows once they are there, and knows what the data set has', async () => {
    const text = write();
    await run();
    const { facts, problems } = await checkExperiment(text, file);
    expect(problems).toEqual([]);
    expect(facts).toMatchObject({ labels: ['neg', 'pos'], rows: { train: 32, validation: 8, test: 10 } });
    const { problems: wrong } = await checkExperiment(text.replace('"test":"test"', '"test":"tests"'), file);
    expect(wrong).toMatchObject([
      {
        severity: 'error',
        message: `"${name()}" has no split "tests".`,
        path: ['data', 'hub', 'test'],
        remedies: [{ type: 'set', values: ['test', 'train'] }],
      },
    ]);
  });

  it('says that it cannot be had where connecting is forbidden', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    expect(await problemsOf(write())).toMatchObject([
      { severity: 'error', message: expect.stringContaining('HF_HUB_OFFLINE forbids to download it') },
    ]);
  });

  it.each([
    [
      'a name that can be none',
      { dataset: 'a/b/c' },
      {},
      'is not the name of a data set',
      'data.hub.dataset',
    ],
    ['two sources of test rows', {}, { test: 'a.csv' }, 'Both "data.test" and "data.hub.test"', 'data.test'],
    ['two sources of rows', {}, { train: 'a.csv' }, 'Both "data.train" and "data.hub"', 'data.hub'],
    ['a format, which is the Hub’s', {}, { format: 'csv' }, '"format" has nothing to say', 'data.format'],
    ['an unknown key', { split: 'train' }, {}, 'Unknown key "split" in "data.hub"', 'data.hub.split'],
  ])('finds %s', async (_, more, rest, message, path) => {
    expect(await problemsOf(write(more, rest))).toEqual([
      { severity: 'error', message: expect.stringContaining(message), path },
    ]);
  });
});

it('an experiment whose data set is not there yet has no files', () => {
  const { experiment } = parseExperiment(write(), file);
  expect(() => dataFiles(experiment!.data)).toThrow('is not on this machine yet');
  mkdirSync(join(folder, 'cache'));
  expect(() => dataFiles(experiment!.data)).toThrow('is not on this machine yet');
});
