import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEvents } from '../../src/runs/events';
import { listRuns, type Run } from '../../src/runs/list';
import { runPaths } from '../../src/runs/paths';
import { devicePatience } from '../../src/trainer/device-watch';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'textclf-watch-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  await build({
    entryPoints: {
      hang: here('children/hang.ts'),
      // Where the bundled trainer has it: beside itself.
      'device-watch': here('../../src/trainer/device-watch-main.ts'),
    },
    outdir: folder,
    mainFields: ['module', 'main'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
});

/** Lets a training wait for its device, with a second of patience. */
async function hang(...args: string[]) {
  const root = mkdtempSync(join(folder, 'root-'));
  const child = spawn(process.execPath, [join(folder, 'hang.js'), root, ...args], {
    cwd: root,
    env: { ...process.env, TEXTCLF_DEVICE_PATIENCE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  /** What a person was shown of the run meanwhile. */
  const shown: string[] = [];
  const looking = setInterval(() => {
    const run = listRuns(root).find((one) => one.type === 'run' && one.record.parent);
    if (run?.type === 'run' && run.status !== shown.at(-1)) shown.push(run.status);
  }, 100);
  const [code, signal] = await once(child, 'close');
  clearInterval(looking);
  const runs = listRuns(root).filter((run): run is Run => run.type === 'run');
  const [run, group] = [runs.find(({ record }) => record.parent)!, runs.find(({ record }) => record.group)!];
  return { code, signal, stderr, run, group, shown };
}

// Windows has no signals: there the process ends by TerminateProcess, which looks like an exit code.
const killed = process.platform === 'win32' ? { code: 1, signal: null } : { code: null, signal: 'SIGKILL' };

describe.concurrent('a device that does not come back', () => {
  it('in a step: the run ends as failed, with its model and the way on', async () => {
    const { code, signal, stderr, run } = await hang('step');
    const end = { code, signal };
    expect(end).toEqual(killed);
    const message = [
      'The device (a card) has not answered for 1 s.',
      '  Its driver hangs: end other programs that use the device, update the driver, or restart the machine.',
      `  The best model so far is kept in ${join('.textclf', 'runs', run.id, 'model')}.`,
      '  Go on from there without the device: textclf train "my reviews.textclf.json"' +
        ` --continue ${run.id} --set training.epochs=3 --set runtime.device=cpu`,
    ].join('\n');
    expect(stderr).toBe(`\nerror: ${message}\n`);
    expect(run.record).toMatchObject({ status: 'failed', failure: 'device', message });
    expect(Date.parse(run.record.endedAt!)).toBeGreaterThan(Date.parse(run.record.startedAt));
    const { events, problems } = readEvents(runPaths(run.folder).events);
    expect(problems).toEqual([]);
    expect(events.map((event) => ('message' in event ? event.message : event.type))).toEqual([
      'started',
      ...[1, 2, 3, 4, 5].map((step) => `step ${step}`),
      message,
    ]);
    expect(readFileSync(runPaths(run.folder).events, 'utf8').endsWith('}\n')).toBe(true);
    expect(readdirSync(run.folder).sort()).toEqual([
      ...['events.ndjson', 'experiment.json', 'model', 'run.json', 'trainer.log'],
    ]);
  });

  it('while it compiles, which may take five times as long; a run of a group ends that too', async () => {
    const startedAt = performance.now();
    const { run, group, shown, ...end } = await hang('compile', 'child');
    expect(end).toMatchObject(killed);
    expect(performance.now() - startedAt).toBeGreaterThan(5000);
    // Silent for an hour, until the other thread says that it lives; never gone again before its end.
    expect(shown.join(' ')).toMatch(/interrupted running( failed)?$/);
    const { message } = run.record;
    // Such a run does not go on by itself.
    expect(message).toMatch(
      /^The device \(a card\) has not answered for 5 s\.\n.*\n {2}Without the device: textclf train "my reviews.textclf.json" --set training.epochs=3 --set runtime.device=cpu$/,
    );
    for (const { record } of [run, group]) {
      expect(record).toMatchObject({ status: 'failed', failure: 'device', message });
    }
  });

  it('is not seen in one that answers, nor while nobody asks it', async () => {
    const { code, signal, stderr, run } = await hang('nothing');
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(run.record.status).toBe('succeeded');
    expect(readEvents(runPaths(run.folder).events).events).toHaveLength(10);
  });
});

describe('the patience', () => {
  it.each([
    [undefined, { call: 120_000, first: 600_000 }],
    ['', { call: 120_000, first: 600_000 }],
    ['30', { call: 30_000, first: 150_000 }],
    ['0.5', { call: 500, first: 2500 }],
  ])('of %j', (asked, expected) => {
    expect(devicePatience({ TEXTCLF_DEVICE_PATIENCE: asked })).toEqual(expected);
  });

  it.each(['0', '-1', 'two minutes', '1e9', 'Infinity'])('cannot be %j', (asked) => {
    expect(() => devicePatience({ TEXTCLF_DEVICE_PATIENCE: asked })).toThrow(
      `TEXTCLF_DEVICE_PATIENCE is "${asked}", which is no number of seconds.`,
    );
  });
});
