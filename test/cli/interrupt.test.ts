import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listRuns, type Run } from '../../src/runs/list';
import { finished, jsonLines, mails, quickExperiment, start, textclf, workspace } from './support';

const place = workspace();
place.write('train.csv', mails(400));
place.write('test.csv', mails(30));
// Far more epochs than a test waits for.
place.write('long.textclf.json', quickExperiment({ epochs: 1_000_000, batchSize: 4 }));
place.write('quick.textclf.json', quickExperiment());

function startTraining(...args: string[]): ChildProcessWithoutNullStreams {
  const child = start(['train', 'long.textclf.json', ...args], { cwd: place.folder });
  child.stdin.end();
  return child;
}

function printed(
  child: ChildProcessWithoutNullStreams,
  stream: 'stdout' | 'stderr',
  what: string,
): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    child[stream].on('data', (chunk: Buffer | string) => {
      text += String(chunk);
      if (text.includes(what)) resolve();
    });
  });
}

function newestRun(): Run {
  const [run] = listRuns(place.folder);
  if (run?.type !== 'run') throw new Error('there is no readable run');
  return run;
}

// Windows has no signals to send to another process.
describe.skipIf(process.platform === 'win32')('Ctrl-C while training', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s stops the run and keeps the best model', async (signal) => {
    const child = startTraining('--json');
    const end = finished(child);
    await printed(child, 'stdout', '"type":"epoch"');
    child.kill(signal);
    const { code, stdout, stderr } = await end;
    expect(stderr).toBe('Stopping after this batch; press Ctrl-C again to kill.\n');
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'finished', status: 'stopped' });
    const run = newestRun();
    expect(run.record.status).toBe('stopped');
    expect((await textclf(['predict', '--run', run.id, 'free cash'], { cwd: place.folder })).code).toBe(0);
  });

  it('the echo of a signal through a parent process is no second Ctrl-C', async () => {
    const child = startTraining('--json');
    const end = finished(child);
    await printed(child, 'stdout', '"type":"batch"');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
    expect(newestRun().record.status).toBe('stopped');
  });

  it('says where the run is when it was stopped', async () => {
    const child = startTraining();
    const end = finished(child);
    await printed(child, 'stdout', 'best\n');
    child.kill('SIGINT');
    const { stdout } = await end;
    const { id, folder } = newestRun();
    expect(stdout).toMatch(/\nStopped after .*\n/);
    expect(stdout).toContain(`Run folder: .textclf/runs/${id}\n`);
    expect(existsSync(`${folder}/model/model.onnx`)).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('a reader that goes away', () => {
  it('ends a training run no sooner, and crashes nothing', async () => {
    const child = start(['train', 'quick.textclf.json', '--json'], { cwd: place.folder });
    child.stdin.end();
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(newestRun().record.status).toBe('succeeded');
  });

  it('ends predictions', async () => {
    const child = start(['predict', '-'], { cwd: place.folder });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    // The other end of a pipe that still writes when the program is gone.
    child.stdin.on('error', () => {});
    child.stdout.once('data', () => {
      child.stdout.destroy();
      child.stdin.write('more\n'.repeat(1000));
      child.stdin.end('and more\n'.repeat(1000));
    });
    child.stdin.write('first\n');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
