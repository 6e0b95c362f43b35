import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CliWork, runCli } from '../../src/host/run-cli';
import { HumanError } from '../../src/protocol/human-error';
import type { WorkProgress } from '../../src/protocol/work';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-run-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script in the place of the command line. */
function run(source: string, changes: Partial<CliWork> = {}) {
  const cli = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(cli, source);
  const progress: WorkProgress[] = [];
  const lines: string[] = [];
  const result = runCli({
    ...{ cli, args: ['export', '--run', 'a b"c'], folder, signal: new AbortController().signal },
    onProgress: (line) => progress.push(line),
    onLine: (line) => lines.push(line),
    ...changes,
  });
  return { result, progress, lines };
}

const say = (value: unknown) => `console.log(${JSON.stringify(JSON.stringify(value))});\n`;

it('hears how far the work is, and what came of it', async () => {
  const { result, progress, lines } = run(
    `${say({ type: 'progress', done: 1, total: 4, message: 'half' })}
     console.log('something else'); console.error('a warning'); console.log('{"type":"progress"}');
     ${say({ type: 'progress', done: 4, total: 4 })}
     console.log(JSON.stringify({ type: 'done', args: process.argv.slice(2), cwd: process.cwd() }));`,
  );
  expect(await result).toMatchObject({ type: 'done', args: ['export', '--run', 'a b"c', '--json'] });
  expect(progress).toEqual([
    { type: 'progress', done: 1, total: 4, message: 'half' },
    { type: 'progress', done: 4, total: 4 },
  ]);
  expect(lines.toSorted()).toEqual(['a warning', 'something else', '{"type":"progress"}'].toSorted());
});

it('gives a secret by the environment, not by an argument', async () => {
  const { result } = run(
    `console.log(JSON.stringify({ type: 'done', token: process.env.HF_TOKEN, args: process.argv.join(' ') }))`,
    { env: { HF_TOKEN: 'hf_secret' } },
  );
  const done = (await result)!;
  expect(done.token).toBe('hf_secret');
  expect(done.args).not.toContain('hf_secret');
});

it('tells a mistake with its hint, and a bug with the last lines', async () => {
  const failed = { type: 'failed', message: 'No room.', hint: 'Make some.' };
  const mistake = await run(`${say(failed)} process.exit(1);`).result.catch((error: unknown) => error);
  expect(mistake).toBeInstanceOf(HumanError);
  expect(mistake).toMatchObject({ message: 'No room.', hint: 'Make some.' });
  const bug = await run(`console.error('at line 3'); process.exit(2);`).result.catch(
    (error: unknown) => error,
  );
  expect(bug).not.toBeInstanceOf(HumanError);
  expect(bug).toMatchObject({ message: 'export ended with 2: at line 3' });
});

it('does not take the end of the process for success', async () => {
  await expect(run(say({ type: 'progress', done: 1, total: 1 })).result).rejects.toThrow(/ended with 0/);
});

it('asks the process to stop where the person cancels, and says so', async () => {
  const controller = new AbortController();
  const { result, progress } = run(
    `process.on('SIGINT', () => { ${say({ type: 'failed', message: 'stopped' })} process.exit(1); });
     setInterval(() => {}, 1000);
     ${say({ type: 'progress', done: 0, total: 0 })}`,
    {
      signal: controller.signal,
      onProgress(line) {
        progress.push(line);
        controller.abort();
      },
    },
  );
  expect(await result).toBeUndefined();
  expect(progress).toHaveLength(1);
  expect(await run(say({ type: 'done' }), { signal: controller.signal }).result).toBeUndefined();
});

it.skipIf(process.platform === 'win32')(
  'waits as long as it is told for the process to clear up',
  async () => {
    // Cleared up after a while, unless it is killed before.
    const work = async (patience: number) => {
      const cleared = join(folder, `cleared-${patience}`);
      const controller = new AbortController();
      const source = `import { writeFileSync } from 'node:fs';
      const clear = () => { writeFileSync(${JSON.stringify(cleared)}, ''); process.exit(1); };
      process.on('SIGINT', () => setTimeout(clear, 500));
      setInterval(() => {}, 1000);
      ${say({ type: 'progress', done: 0, total: 0 })}`;
      const onProgress = () => controller.abort();
      expect(await run(source, { signal: controller.signal, patience, onProgress }).result).toBeUndefined();
      return existsSync(cleared);
    };
    expect(await work(60_000)).toBe(true);
    expect(await work(10)).toBe(false);
  },
);
