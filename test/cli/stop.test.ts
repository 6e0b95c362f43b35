import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { listRuns, type Run } from '../../src/runs/list';
import { savedModel } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { requestStop, stopRequested } from '../../src/runs/stop-request';
import { cli, finished, jsonLines, mails, quickExperiment, start, textclf, workspace } from './support';

const place = workspace();
place.write('train.csv', mails(400));
place.write('test.csv', mails(30));
// Far more epochs than a test waits for.
place.write('long.textclf.json', quickExperiment({ epochs: 1_000_000, batchSize: 4 }));
place.write('quick.textclf.json', quickExperiment());

const trainings: number[] = [];
afterAll(() => {
  for (const pid of trainings) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  }
});

async function until<Found>(look: () => Found | undefined): Promise<Found> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function runs(): Run[] {
  return listRuns(place.folder).filter((run): run is Run => run.type === 'run');
}

/** The run that appears after `before`, once it has finished an epoch. */
async function nextRun(before: readonly Run[]): Promise<Run> {
  const known = new Set(before.map(({ id }) => id));
  const run = await until(() => runs().find(({ id, record }) => !known.has(id) && record.last));
  trainings.push(run.record.pid);
  return run;
}

/** Starts a training as the editor does, by a process that then is gone and takes its ends of the pipes along. */
async function startOrphan(): Promise<Run> {
  const before = runs();
  const code = `require('node:child_process')
    .spawn(process.execPath, ${JSON.stringify([cli, 'train', 'long.textclf.json'])}, { detached: true, stdio: 'pipe' })
    .stdout.once('data', () => process.kill(process.pid, 'SIGKILL'));`;
  const parent: ChildProcess = spawn(process.execPath, ['-e', code], { cwd: place.folder, stdio: 'ignore' });
  await new Promise((resolve) => parent.once('close', resolve));
  return nextRun(before);
}

describe('a training is stopped from another process', () => {
  it('by the command line, which keeps the best model', async () => {
    const before = runs();
    const child = start(['train', 'long.textclf.json', '--json'], { cwd: place.folder });
    child.stdin.end();
    const end = finished(child);
    const run = await nextRun(before);
    const stop = await textclf(['runs', 'stop', run.id], { cwd: place.folder });
    expect(stop).toMatchObject({ code: 0, stdout: `asked ${run.id} to stop\n`, stderr: '' });
    const { code, stdout, stderr } = await end;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'finished', status: 'stopped' });
    expect(readRecord(run.folder).status).toBe('stopped');
    expect(savedModel(run.folder)).toBeDefined();
    expect(stopRequested(run.folder)).toBe(false);
  });

  // Windows has no SIGKILL for the parent, but the file is the same.
  it.skipIf(process.platform === 'win32')('after the one that started it is gone', async () => {
    const run = await startOrphan();
    const { epoch } = run.record.last!;
    // It goes on without a parent and without anybody who reads what it prints.
    await until(() => (readRecord(run.folder).last!.epoch > epoch + 2 ? true : undefined));
    requestStop(run.folder);
    await until(() => (readRecord(run.folder).status === 'stopped' ? true : undefined));
    await until(() => (stopRequested(run.folder) ? undefined : true));
    expect(existsSync(`${savedModel(run.folder)}/model.onnx`)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('by SIGTERM, which stops in good order too', async () => {
    const run = await startOrphan();
    process.kill(run.record.pid, 'SIGTERM');
    await until(() => (readRecord(run.folder).status === 'stopped' ? true : undefined));
    expect(savedModel(run.folder)).toBeDefined();
  });
});

describe('a run that is over', () => {
  it('cannot be stopped, and is not marked', async () => {
    const before = runs();
    expect((await textclf(['train', 'quick.textclf.json', '--quiet'], { cwd: place.folder })).code).toBe(0);
    const run = await nextRun(before);
    const stop = await textclf(['runs', 'stop', run.id], { cwd: place.folder });
    expect(stop.code).toBe(1);
    expect(stop.stderr).toContain(`The run ${run.id} is not running: its status is succeeded.`);
    expect(stopRequested(run.folder)).toBe(false);
  });
});
