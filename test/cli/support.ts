import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { ExperimentInput } from '../../src/experiment/schema';

export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
if (!existsSync(cli)) throw new Error('dist/cli.js is missing: npm test makes it, or npm run build.');

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  input?: string | Uint8Array;
  env?: Record<string, string>;
}

const started: ChildProcessWithoutNullStreams[] = [];
// A failed test must not leave a training behind.
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts the bundled command line; its standard input stays open. */
export function start(
  args: readonly string[],
  { cwd, env }: RunOptions = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', ...env },
    stdio: 'pipe',
  });
  started.push(child);
  return child;
}

export function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...text }));
  });
}

/** Runs the bundled command line to its end. */
export function textclf(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = start(args, options);
  child.stdin.end(options.input ?? '');
  return finished(child);
}

export function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

export interface Workspace {
  folder: string;
  path(name: string): string;
  write(name: string, contents: string | Uint8Array): string;
}

/** A folder with a `.textclf` of its own, removed after the file's tests. */
export function workspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-cli-'));
  mkdirSync(join(folder, '.textclf'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    path: (name) => join(folder, name),
    write(name, contents) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), contents);
      return join(folder, name);
    },
  };
}

const spamWords = ['claim', 'prize', 'free', 'winner', 'cash'];
const hamWords = ['meeting', 'tomorrow', 'report', 'lunch', 'thanks'];

/** Mails in which one class's words are all that tells them apart, as CSV. */
export function mails(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const words = row % 3 === 0 ? spamWords : hamWords;
    const text = Array.from({ length: 3 + (row % 5) }, (__, i) => words[(row * 7 + i * i) % 5]).join(' ');
    return `${text},${row % 3 === 0 ? 'spam' : 'ham'}\n`;
  });
  return `text,label\n${lines.join('')}`;
}

/** An experiment that trains in a second. */
export function quickExperiment(training: ExperimentInput['training'] = {}): string {
  const experiment: ExperimentInput = {
    data: { train: 'train.csv', test: 'test.csv' },
    model: { type: 'rnn', hiddenSize: 8, embedding: { size: 8 } },
    training: { epochs: 2, optimizer: { type: 'adam', learningRate: 0.02 }, ...training },
    examples: ['Claim your free prize'],
  };
  return JSON.stringify(experiment);
}
