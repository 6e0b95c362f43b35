import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateRows } from '../../src/predict/evaluate';
import { loadPredictor } from '../../src/predict/predictor';
import type { RunEvent } from '../../src/protocol/events';
import { readEvents } from '../../src/runs/events';
import { listRuns, type Run } from '../../src/runs/list';
import { runPaths, savedModel } from '../../src/runs/paths';
import { requestStop } from '../../src/runs/stop-request';
import { readAll } from '../support/read-all';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';

// Beside node_modules, from where it finds onnxruntime-node.
const bundles = join(resolve('node_modules/.cache'), `textclf-trouble-${process.pid}`);
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

const troubledDevice: Plugin = {
  name: 'a device in trouble',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]runtime[\\/]open-executor\.ts$/ }, () => ({
      contents: "export * from './troubled-device';",
      resolveDir: resolve('test/trainer/children'),
    }));
  },
};

beforeAll(async () => {
  mkdirSync(bundles, { recursive: true });
  await build({
    entryPoints: { cli: resolve('src/cli.ts'), 'device-watch': resolve('src/trainer/device-watch-main.ts') },
    outdir: bundles,
    plugins: [troubledDevice],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['onnxruntime-node'],
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
});

const started: ChildProcessWithoutNullStreams[] = [];
// A failed test must not leave a training behind.
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** The command line in a folder of its own, with 200 rows of which an epoch makes ten batches. */
function place() {
  const root = workspace();
  const experiment = {
    ...toyExperiment({ data: { validation: 'validation.csv' }, training: { epochs: 4 } }),
    runtime: { device: 'webgpu', threads: 1 },
  };
  writeExperiment(root, experiment, {
    'train.csv': toyReviews(160),
    'validation.csv': toyReviews(60, 2),
  });
  const textclf = async (
    args: readonly string[],
    trouble = '',
    onLine: (line: string) => void = () => {},
  ) => {
    const child = spawn(process.execPath, [join(bundles, 'cli.js'), ...args], {
      cwd: root,
      env: { ...process.env, TEXTCLF_TEST_TROUBLE: trouble, TEXTCLF_DEVICE_PATIENCE: '3', NO_COLOR: '1' },
    });
    started.push(child);
    child.stdin.end();
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      onLine(line);
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const end = await new Promise<object>((done, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => done({ code, signal }));
    });
    return { end, lines, stderr };
  };
  const runs = () => listRuns(root).filter((run): run is Run => run.type === 'run');
  return { root, textclf, runs };
}

/** The first run of a device's program only looks whether it works; ten steps are an epoch. */
const inSecondEpoch = 16;

/** The run's model gives the loss that the record says of its best epoch. */
async function expectWholeModel({ folder, record }: Run, root: string): Promise<void> {
  const predictor = await loadPredictor(savedModel(folder)!, { threads: 1 });
  const file = join(root, 'validation.csv');
  const rows = await readAll([file], { text: 'text', label: 'label', task: 'single-label' });
  const { evaluation } = await evaluateRows(predictor, rows, 'validation');
  await predictor.release();
  expect(record.best!.epoch).toBe(1);
  expect(evaluation.loss).toBeCloseTo(record.best!.validation!.loss!, 5);
}

function eventsOf({ folder }: Run): RunEvent[] {
  const { events, problems } = readEvents(runPaths(folder).events);
  expect(problems).toEqual([]);
  return events;
}

/** What the command line is told to do without the device, as its words. */
function wayOn(message: string): string[] {
  return /without the device: textclf (.*)$/im.exec(message)![1]!.split(' ');
}

describe.concurrent('a training', () => {
  it('whose device hangs is ended, and goes on without it as its message says', async () => {
    const { root, textclf, runs } = place();
    const hung = await textclf(['train', 'toy.textclf.json', '--json'], `hang:${inSecondEpoch}`);
    expect(hung.end).toEqual(
      process.platform === 'win32' ? { code: 1, signal: null } : { code: null, signal: 'SIGKILL' },
    );
    const [run] = runs();
    expect(run!.record).toMatchObject({ status: 'failed', failure: 'device', last: { epoch: 1 } });
    const message = run!.record.message!;
    expect(message).toMatch(/^The device \(.* as a device\) has not answered for 3 s\.\n/);
    expect(hung.stderr).toContain(message);
    expect(eventsOf(run!).at(-1)).toMatchObject({
      type: 'finished',
      status: 'failed',
      failure: 'device',
      message,
    });
    await expectWholeModel(run!, root);

    const args = wayOn(message);
    expect(args).toEqual([
      ...['train', 'toy.textclf.json', '--continue', run!.id, '--set', 'runtime.device=cpu'],
    ]);
    const { end, lines } = await textclf(args);
    expect(end).toEqual({ code: 0, signal: null });
    expect(lines.join('\n')).toContain(
      `Goes on after epoch 1 of ${run!.id}; the optimizer's moments start anew.`,
    );
    const rest = runs().find(({ record }) => record.continues === run!.id)!;
    const batches = eventsOf(rest).filter((event) => event.type === 'batch');
    expect(batches[0]).toMatchObject({ epoch: 2, batch: 1, step: 11 });
    expect(rest.record).toMatchObject({ status: 'succeeded', last: { epoch: 4 } });
    const shown = await textclf(['runs', 'show', rest.id]);
    expect(shown.lines.join('\n')).toMatch(new RegExp(`Goes on from +${run!.id}\\n`));
  });

  it.each([
    ['lost', 'the graphics card is gone', /Its driver may have crashed\.\n/],
    ['memory', 'the graphics card has too little memory', /takes less of it: a smaller "batchSize"/],
  ])(
    'whose device is in trouble (%s) keeps its best model and says how to go on',
    async (trouble, what, hint) => {
      const { root, textclf, runs } = place();
      const { end, stderr, lines } = await textclf(
        ['train', 'toy.textclf.json', '--json'],
        `${trouble}:${inSecondEpoch}`,
      );
      expect(end).toEqual({ code: 1, signal: null });
      const [run] = runs();
      const { message } = run!.record;
      expect(run!.record).toMatchObject({ status: 'failed', failure: 'device' });
      expect(message!.startsWith(`${what}\n`)).toBe(true);
      expect(message).toMatch(hint);
      expect(wayOn(message!).slice(-4)).toEqual(['--continue', run!.id, '--set', 'runtime.device=cpu']);
      expect(stderr).toBe('');
      const printed = lines.map((line) => JSON.parse(line) as object);
      expect(printed.at(-2)).toMatchObject({ type: 'finished', failure: 'device', message });
      expect(printed.at(-1)).toMatchObject({ error: { message: what } });
      await expectWholeModel(run!, root);
    },
  );

  it('of several whose device hangs ends all of them', async () => {
    const { textclf, runs } = place();
    const args = ['train', 'toy.textclf.json', '--quiet', '--set', 'training.repeat=2'];
    const { stderr } = await textclf(args, `hang:${inSecondEpoch}`);
    const all = runs();
    expect(all.map(({ record }) => record.group?.kind ?? record.parent?.label).sort()).toEqual([
      'repeat',
      'seed 42',
    ]);
    for (const { record } of all) expect(record).toMatchObject({ status: 'failed', failure: 'device' });
    expect(wayOn(stderr)).toEqual([
      ...['train', 'toy.textclf.json', '--set', 'training.repeat=2', '--set', 'runtime.device=cpu'],
    ]);
  });

  it('that is asked to stop while its device takes long ends as stopped', async () => {
    const { root, textclf, runs } = place();
    const { end } = await textclf(
      ['train', 'toy.textclf.json', '--json'],
      `slow:${inSecondEpoch}`,
      (line) => {
        if (line.includes('"trouble"')) requestStop(runs()[0]!.folder);
      },
    );
    expect(end).toEqual({ code: 0, signal: null });
    const [run] = runs();
    expect(run!.record).toMatchObject({ status: 'stopped', last: { epoch: 1 } });
    expect(run!.record.failure).toBeUndefined();
    // The call is waited for; the batch after it is none any more.
    expect(eventsOf(run!).filter((event) => event.type === 'batch').length).toBeLessThan(10 + 7);
    await expectWholeModel(run!, root);
  });
});
