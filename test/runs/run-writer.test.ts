import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readEvents } from '../../src/runs/events';
import { runPaths, runsFolder } from '../../src/runs/paths';
import { displayStatus, readRecord } from '../../src/runs/record';
import { beatFor, createRun, newRunId, RunWriter } from '../../src/runs/run-writer';
import { epochMetricsOf } from '../support/sample-metrics';
import { newRun } from './sample';
import { bundleChild, humanErrorOf, temporaryFolder } from './support';

describe('newRunId', () => {
  const now = new Date('2026-11-22T14:30:05.678Z');

  it.each([
    { name: 'IMDB: Bi-LSTM (naïve 2)', slug: 'imdb-bi-lstm-naive-2' },
    { name: '../../etc', slug: 'etc' },
    { name: 'отзывы', slug: 'run' },
    { name: '', slug: 'run' },
    { name: `${'a'.repeat(39)}-b`, slug: 'a'.repeat(39) },
  ])('makes $slug of "$name"', ({ name, slug }) => {
    expect(newRunId(name, now)).toMatch(new RegExp(`^20261122-143005-${slug}-[0-9a-f]{4}$`));
  });
});

describe('createRun', () => {
  it('makes a folder with the record, the experiment and no events', () => {
    const root = temporaryFolder();
    const run = createRun(newRun(root));
    expect(readdirSync(runsFolder(root))).toEqual([run.id]);
    expect(run.folder).toBe(join(runsFolder(root), run.id));
    expect(readFileSync(join(root, '.textclf', '.gitignore'), 'utf8')).toBe('*\n');
    expect(readFileSync(join(run.folder, 'experiment.json'), 'utf8')).toBe('{"name":"quick start"}\n');
    expect(readEvents(join(run.folder, 'events.ndjson'))).toEqual({ events: [], problems: [] });
    const record = readRecord(run.folder);
    expect(record).toEqual(run.record);
    expect(record).toMatchObject({
      id: run.id,
      name: 'quick start',
      experimentFile: join(root, 'quick.textclf.json'),
      status: 'starting',
      pid: process.pid,
      seed: 42,
      versions: { textclf: '0.1.0', node: process.versions.node, onnxruntime: '1.30.0' },
    });
    expect(displayStatus(record)).toBe('starting');
    run.finish('stopped');
  });

  it('keeps a .gitignore that is there, and gives every run a folder of its own', () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.textclf'));
    writeFileSync(join(root, '.textclf', '.gitignore'), 'runs/\n');
    const runs = Array.from({ length: 20 }, () => createRun(newRun(root)));
    expect(new Set(runs.map((run) => run.folder)).size).toBe(20);
    expect(readFileSync(join(root, '.textclf', '.gitignore'), 'utf8')).toBe('runs/\n');
    for (const run of runs) run.finish('stopped');
  });

  it('says so where the folder cannot be made, and leaves nothing', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, '.textclf'), 'a file in the way');
    const error = humanErrorOf(() => createRun(newRun(root)));
    expect(error.place?.file).toContain('.textclf');
    expect(readdirSync(root)).toEqual(['.textclf']);
  });
});

describe('RunWriter', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps events in order, the record up to date, and ends once', () => {
    const run = createRun(newRun(temporaryFolder()));
    run.emit({ type: 'started', id: run.id, name: 'quick start' });
    run.update({ status: 'running', dataDigest: 'abc' });
    run.emit({ type: 'phase', phase: 'reading data' });
    run.emit({ type: 'warning', message: 'Zeile 3:\n„größer“ 🙂' });
    run.log('printed');
    run.log('twice');
    expect(readRecord(run.folder)).toMatchObject({ status: 'running', dataDigest: 'abc' });
    run.finish('failed', 'data/train.csv:3:1: The quote is not closed.');
    run.finish('succeeded');
    const { events, problems } = readEvents(runPaths(run.folder).events);
    expect(problems).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['started', 'phase', 'warning', 'finished']);
    expect(events[2]).toMatchObject({ message: 'Zeile 3:\n„größer“ 🙂' });
    expect(events[3]).toMatchObject({
      status: 'failed',
      message: 'data/train.csv:3:1: The quote is not closed.',
    });
    for (const event of events) expect(Math.abs(Date.now() - Date.parse(event.time))).toBeLessThan(60_000);
    const record = readRecord(run.folder);
    expect(record).toMatchObject({
      status: 'failed',
      message: 'data/train.csv:3:1: The quote is not closed.',
      dataDigest: 'abc',
    });
    expect(Date.parse(record.endedAt!)).toBeGreaterThanOrEqual(Date.parse(record.startedAt));
    expect(readFileSync(runPaths(run.folder).log, 'utf8')).toBe('printed\ntwice\n');
    expect(readdirSync(run.folder).sort()).toEqual([
      'events.ndjson',
      'experiment.json',
      'run.json',
      'trainer.log',
    ]);
    expect(() => run.emit({ type: 'warning', message: 'late' })).toThrow('finished');
    expect(() => run.update({ status: 'running' })).toThrow('finished');
  });

  it('can be said to live by another thread, of which nothing but the heartbeat is changed', () => {
    const run = createRun(newRun(temporaryFolder()));
    const { record: file } = runPaths(run.folder);
    const whole = readFileSync(file, 'utf8');
    beatFor(run.folder);
    // It said so itself a moment ago.
    expect(readFileSync(file, 'utf8')).toBe(whole);
    const old = '2026-01-01T00:00:00.000Z';
    writeFileSync(file, whole.replace(run.record.heartbeat, old));
    beatFor(run.folder);
    const { heartbeat, ...rest } = readRecord(run.folder);
    expect(Date.now() - Date.parse(heartbeat)).toBeLessThan(10_000);
    expect({ ...rest, heartbeat: run.record.heartbeat }).toEqual(run.record);
    run.finish('stopped');
  });

  it('tells by what a run failed and which one it went on from, in the record and in the last event', () => {
    const run = createRun({ ...newRun(temporaryFolder()), continues: '20261122-143005-before-0a1b' });
    run.finish('failed', 'The device is lost.', 'device');
    expect(readRecord(run.folder)).toMatchObject({
      status: 'failed',
      failure: 'device',
      continues: '20261122-143005-before-0a1b',
    });
    expect(readEvents(runPaths(run.folder).events).events).toMatchObject([
      { type: 'finished', status: 'failed', message: 'The device is lost.', failure: 'device' },
    ]);
  });

  it('refuses an event that readers could not read', () => {
    const run = createRun(newRun(temporaryFolder()));
    const epoch = { type: 'epoch', epoch: 1, learningRate: 0.1, best: true, seconds: 1 } as const;
    const train = { loss: null, accuracy: 0.5 };
    run.emit({ ...epoch, train, validation: epochMetricsOf(train) });
    expect(() =>
      run.emit({ ...epoch, train: { ...train, loss: Number.NaN }, validation: epochMetricsOf(train) }),
    ).toThrow('loss');
    run.finish('stopped');
    expect(readEvents(runPaths(run.folder).events)).toMatchObject({ events: [{}, {}], problems: [] });
  });

  it('shows every 5 seconds that it lives, until the run ends', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.UTC(2026, 10, 22, 14) });
    const run = createRun(newRun(temporaryFolder()));
    run.update({ status: 'running' });
    const heartbeat = () => readRecord(run.folder).heartbeat;
    expect(heartbeat()).toBe('2026-11-22T14:00:00.000Z');
    vi.advanceTimersByTime(4_000);
    expect(heartbeat()).toBe('2026-11-22T14:00:00.000Z');
    vi.advanceTimersByTime(1_000);
    expect(heartbeat()).toBe('2026-11-22T14:00:05.000Z');
    vi.advanceTimersByTime(600_000);
    expect(heartbeat()).toBe('2026-11-22T14:10:05.000Z');
    run.finish('succeeded');
    vi.advanceTimersByTime(60_000);
    expect(heartbeat()).toBe('2026-11-22T14:10:05.000Z');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not fall over in the heartbeat where the folder was removed; the end says so', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    const run = createRun(newRun(temporaryFolder()));
    rmSync(run.folder, { recursive: true });
    vi.advanceTimersByTime(20_000);
    expect(humanErrorOf(() => run.finish('succeeded')).message).toContain('does not exist');
    run.finish('failed', 'the folder is gone');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not keep the process alive', async () => {
    const root = temporaryFolder();
    const program = await bundleChild('leave', join(root, 'bundle'));
    const child = spawnSync(process.execPath, [program, root], { timeout: 20_000, encoding: 'utf8' });
    expect(child).toMatchObject({ status: 0, stderr: '' });
    const [id] = readdirSync(runsFolder(root));
    const record = readRecord(join(runsFolder(root), id!));
    expect(record).toMatchObject({ status: 'running', pid: child.pid });
    expect(displayStatus(record)).toBe('interrupted');
  });
});

describe('a full disk', () => {
  const hasFullDevice = existsSync('/dev/full');

  it.skipIf(!hasFullDevice)('fails the run with the one message (needs /dev/full)', () => {
    const made = createRun(newRun(temporaryFolder()));
    made.finish('stopped');
    rmSync(runPaths(made.folder).events);
    symlinkSync('/dev/full', runPaths(made.folder).events);
    const run = new RunWriter(made.folder, { ...made.record, status: 'running', endedAt: undefined });
    const error = humanErrorOf(() => run.emit({ type: 'phase', phase: 'training' }));
    expect(error.message).toBe('The disk is full while writing events.ndjson.');
    expect(error.place).toEqual({ file: runPaths(made.folder).events });
    run.finish('failed', error.message);
    expect(readRecord(made.folder)).toMatchObject({ status: 'failed', message: error.message });
  });

  // A disk of 400 KiB in a name space of its own: needs no rights, but Linux that allows it.
  const mount = 'mount -t tmpfs -o size=400k none "$1" && exec "$2" "$3" "$1"';
  const inSmallDisk = (folder: string, program: string, file: string) =>
    spawnSync('unshare', ['-rm', 'sh', '-c', mount, 'sh', folder, program, file], {
      encoding: 'utf8',
      timeout: 30_000,
      maxBuffer: 64 * 1024 * 1024,
    });
  const canMount = (() => {
    const folder = join(process.cwd(), 'node_modules');
    return process.platform === 'linux' && inSmallDisk(folder, 'test', '-d').status === 0;
  })();

  it.skipIf(!canMount)('still records the failure, to the last block (needs user name spaces)', async () => {
    const folder = temporaryFolder();
    const program = await bundleChild('fill-disk', join(folder, 'bundle'));
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const child = inSmallDisk(disk, process.execPath, program);
    expect(child).toMatchObject({ status: 0, stderr: '' });
    const report = JSON.parse(child.stdout);
    expect(report.emitted).toBeGreaterThan(5);
    expect(report.emitError).toBe('The disk is full while writing events.ndjson.');
    expect(report.updateError).toBe('The disk is full while writing run.json.');
    expect(report.between.status).toBe('running');
    expect(report.between.dataDigest).toBeUndefined();
    expect(report.record).toMatchObject({ status: 'failed', message: report.emitError });
    expect(report.events.problems).toEqual([]);
    expect(report.events.events).toHaveLength(report.emitted + 1);
    expect(report.events.events.at(-1)).toMatchObject({ type: 'finished', message: report.emitError });
    expect(report.files).toEqual(['events.ndjson', 'experiment.json', 'run.json', 'trainer.log']);
  });
});
