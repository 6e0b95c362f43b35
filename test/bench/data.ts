import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '../../src/data/random';
import type { ExperimentInput } from '../../src/experiment/schema';
import type { RunEvent } from '../../src/protocol/events';
import { findPython, fromHere, timedProcess } from './process';
import { printTable } from './table';

interface Task {
  readonly name: string;
  readonly train: string;
}

/** Seconds from the start of a process. */
interface Start {
  readonly read: number;
  readonly numbered: number;
  readonly firstBatch: number;
  /** Bytes that were resident at most. */
  readonly memory: number;
}

/**
 * Prints how long it takes from the start of `textclf train` until the rows are read, until they are numbered, and until
 * the first batch is trained, for data that was never seen and once more, beside pandas and a regular expression of
 * Python in one process.
 */
export async function measureData(only: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-bench-'));
  const python = findPython('pandas');
  if (!python) console.log('pandas is not found (TEXTCLF_BENCH_PYTHON or python3): no comparison.');
  try {
    const rows: string[][] = [];
    for (const task of (await tasks(folder)).filter(({ name }) => name.includes(only))) {
      const root = mkdtempSync(join(folder, 'root-'));
      const [first, second] = [await startTraining(task, root), await startTraining(task, root)];
      const peer = python ? await runPandas(python, task) : undefined;
      rows.push([
        task.name,
        ...[first, second].flatMap(({ read, numbered, firstBatch, memory }) => [
          ...[read, numbered, firstBatch].map((seconds) => seconds.toFixed(2)),
          Math.round(memory / 1e6).toLocaleString('en'),
        ]),
        peer === undefined ? '-' : peer.toFixed(2),
      ]);
    }
    const columns = ['read', 'numbered', 'first batch', 'MB'];
    const named = ['first run', 'again'].flatMap((run) => columns.map((column) => `${run}: ${column}`));
    printTable(['seconds from the start until', ...named, 'pandas and re: numbered'], rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tasks(folder: string): Promise<Task[]> {
  const imdb = fromHere('../../shared/data/imdb/train.csv');
  const generated = (name: string) => join(folder, name);
  const hasImdb = existsSync(imdb);
  if (!hasImdb) await generate(generated('reviews.csv'), 25_000, 230);
  await generate(generated('million.csv'), 1_000_000, 20);
  const mails = fromHere('../experiments/data/spam-assassin-train.csv');
  return [
    ...(existsSync(mails) ? [{ name: 'quickstart, 4 000 mails', train: mails }] : []),
    hasImdb
      ? { name: 'IMDB, 25 000 reviews', train: imdb }
      : { name: '25 000 made-up reviews of 230 words', train: generated('reviews.csv') },
    { name: 'a million rows of 20 words', train: generated('million.csv') },
  ];
}

/** Rows of words as frequent as in text: rank r with a weight of 1 / r. */
async function generate(file: string, rows: number, words: number): Promise<void> {
  const random = createRandom(42);
  const vocabulary = 200_000;
  const word = () => `w${Math.floor(vocabulary ** random.next()).toString(36)}`;
  function* lines() {
    yield 'text,label\n';
    for (let row = 0; row < rows; row++) {
      yield `"${Array.from({ length: words }, word).join(' ')}",${row % 2 ? 'positive' : 'negative'}\n`;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

const atEnd = `process.on('exit', () => console.log(JSON.stringify({ memory: process.resourceUsage().maxRSS * 1024 })));`;

async function startTraining({ train }: Task, root: string): Promise<Start> {
  const experiment: ExperimentInput = {
    data: { train, validation: 0.1 },
    model: { type: 'gru', embedding: { size: 50 }, hiddenSize: 64 },
    training: { epochs: 1 },
  };
  const file = join(root, 'bench.textclf.json');
  writeFileSync(file, JSON.stringify(experiment));
  const watch = `data:text/javascript,${encodeURIComponent(atEnd)}`;
  const parameters = ['--import', watch, fromHere('./cli.js'), 'train', file, '--root', root, '--json'];
  const startedAt = Date.now();
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'ignore'] });
  const found: Record<string, number> = {};
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const event = JSON.parse(line) as RunEvent | { memory: number };
      if ('memory' in event) found.memory = event.memory;
      else {
        const name = event.type === 'phase' ? event.phase : event.type;
        found[name] ??= (Date.parse(event.time) - startedAt) / 1000;
        // All that counts has happened.
        if (event.type === 'batch') child.kill('SIGINT');
      }
    }
  }
  const { 'building vocabulary': read, data: numbered, batch: firstBatch, memory } = found;
  if (!read || !numbered || !firstBatch || !memory) throw new Error(`the training of ${train} did not begin`);
  return { read, numbered, firstBatch, memory };
}

/** Seconds from the start of a process to its end. */
async function runPandas(python: string, { train }: Task): Promise<number> {
  const script = fromHere('../test/bench/peers/number_words.py');
  return (await timedProcess(python, [script, train])).seconds;
}
