import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { displayStatus, type RunRecord, readRecord } from '../../src/runs/record';
import { humanErrorOf, temporaryFolder } from './support';

const record: RunRecord = {
  schemaVersion: 1,
  id: '20261122-143005-imdb-0a1b',
  name: 'imdb',
  experimentFile: '/home/ann/reviews/imdb.textclf.json',
  status: 'running',
  pid: process.pid,
  heartbeat: '2026-11-22T14:31:00.000Z',
  startedAt: '2026-11-22T14:30:05.000Z',
  git: null,
  seed: 42,
  versions: { textclf: '0.1.0', node: '20.0.0', onnxruntime: '1.30.0' },
  device: 'cpu',
  threads: 2,
};

function folderWith(content: string): string {
  const folder = join(temporaryFolder(), 'run');
  mkdirSync(folder);
  writeFileSync(join(folder, 'run.json'), content);
  return folder;
}

describe('readRecord', () => {
  it('reads a record and leaves out keys that a later version may add', () => {
    const text = JSON.stringify({ ...record, mood: 'good', best: { epoch: 1, metric: 'loss', value: null } });
    expect(readRecord(folderWith(text))).toEqual({
      ...record,
      best: { epoch: 1, metric: 'loss', value: null },
    });
  });

  it('says what computed the run, and why', () => {
    const runtime = { engine: 'onnxruntime', device: 'webgpu', reason: 'WebGPU is 9 times as fast' } as const;
    expect(readRecord(folderWith(JSON.stringify({ ...record, runtime }))).runtime).toEqual(runtime);
  });

  it.each([
    { what: 'an empty file', content: '', words: 'JSON' },
    { what: 'half a record', content: JSON.stringify(record).slice(0, 100), words: 'JSON' },
    { what: 'another value', content: '[]', words: 'the content' },
    { what: 'a missing key', content: JSON.stringify({ ...record, pid: undefined }), words: 'pid' },
    {
      what: 'a process id that means every process',
      content: JSON.stringify({ ...record, pid: -1 }),
      words: 'pid',
    },
    {
      what: 'a status that is none',
      content: JSON.stringify({ ...record, status: 'interrupted' }),
      words: 'status',
    },
    {
      what: 'a device that is none',
      content: JSON.stringify({ ...record, runtime: { engine: 'onnxruntime', device: '../gpu' } }),
      words: 'runtime.device',
    },
    {
      what: 'a later format',
      content: JSON.stringify({ ...record, schemaVersion: 2 }),
      words: 'schemaVersion 1 only',
    },
  ])('names the file for $what', ({ content, words }) => {
    const folder = folderWith(content);
    const error = humanErrorOf(() => readRecord(folder));
    expect(error.place).toEqual({ file: join(folder, 'run.json') });
    expect(error.message).toContain(words);
    expect(error.hint).toBeTruthy();
  });

  it('names the file where it is missing', () => {
    const folder = temporaryFolder();
    const error = humanErrorOf(() => readRecord(folder));
    expect(error.place).toEqual({ file: join(folder, 'run.json') });
    expect(error.message).toContain('does not exist');
  });
});

describe('displayStatus', () => {
  const atHeartbeat = Date.parse(record.heartbeat);
  const gone = spawnSync(process.execPath, ['--version']).pid;

  it.each([
    { what: 'alive', change: {}, after: 6_000, status: 'running' },
    { what: 'held up by a long batch', change: {}, after: 59_000, status: 'running' },
    { what: 'a clock that was set back', change: {}, after: -3_600_000, status: 'running' },
    { what: 'another process with its id', change: {}, after: 61_000, status: 'interrupted' },
    { what: 'a process that is gone', change: { pid: gone }, after: 0, status: 'interrupted' },
    {
      what: 'gone while starting',
      change: { pid: gone, status: 'starting' as const },
      after: 0,
      status: 'interrupted',
    },
    {
      what: 'ended long ago',
      change: { pid: gone, status: 'failed' as const },
      after: 1e9,
      status: 'failed',
    },
  ])('$what: $status', ({ change, after, status }) => {
    expect(displayStatus({ ...record, ...change }, atHeartbeat + after)).toBe(status);
  });
});
