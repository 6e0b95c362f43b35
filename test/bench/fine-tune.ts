import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { RunEvent } from '../../src/protocol/events';
import { accuracyOf, findPython, fromHere, timedProcess, trainInProcess } from './process';
import { printTable } from './table';

/** Fine-tuning that either side is asked for. */
interface Task {
  readonly encoder: string;
  readonly train: string;
  readonly test: string;
  readonly maxLength: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly threads: number;
  /** Whether the classifier alone is trained. */
  readonly frozen: boolean;
}

interface Outcome {
  /** Seconds of each epoch; reading, evaluating and saving are left out. */
  readonly epochs: readonly number[];
  readonly accuracy: number;
  /** Bytes that were resident at most. */
  readonly memory: number;
}

interface Workload {
  readonly name: string;
  readonly files: { readonly train: string; readonly test: string };
  /** Every so many rows one is taken. */
  readonly every: { readonly train: number; readonly test: number };
  readonly options: Omit<Task, 'encoder' | 'train' | 'test' | 'threads'>;
}

const common = { batchSize: 32, learningRate: 5e-5, seed: 42, frozen: false } as const;
const sst2 = {
  train: '../../shared/data/sst2/sentences_binary_train.csv',
  test: '../../shared/data/sst2/sentences_binary_test.csv',
};
const imdb = { train: '../../shared/data/imdb/train.csv', test: '../../shared/data/imdb/test.csv' };

const workloads: readonly Workload[] = [
  {
    name: 'SST-2, 6 920 sentences',
    files: sst2,
    every: { train: 1, test: 1 },
    options: { ...common, epochs: 3, maxLength: 128 },
  },
  {
    name: 'IMDB, 2 500 reviews',
    files: imdb,
    every: { train: 10, test: 25 },
    options: { ...common, batchSize: 16, epochs: 2, maxLength: 256 },
  },
  {
    name: 'SST-2, frozen encoder',
    files: sst2,
    every: { train: 1, test: 1 },
    options: { ...common, epochs: 3, maxLength: 128, learningRate: 1e-3, frozen: true },
  },
];

/**
 * Prints the seconds that training takes, tokens a second, the accuracy on test rows and the peak of resident memory, beside
 * those of Hugging Face's Trainer with the same encoder, rows, batch size, epochs, learning rate and seed.
 */
export async function measureFineTuning(threads: number, only: string): Promise<void> {
  const encoder = process.env.TEXTCLF_BENCH_ENCODER;
  if (!encoder || !existsSync(encoder)) {
    throw new Error('TEXTCLF_BENCH_ENCODER must name the folder of a pretrained encoder.');
  }
  const python = findPython('transformers');
  if (!python) console.log('transformers is not found (TEXTCLF_BENCH_PYTHON or python3): no comparison.');
  const rows: string[][] = [];
  for (const { name, files, every, options } of workloads) {
    if (!name.toLowerCase().includes(only.toLowerCase())) continue;
    if (!existsSync(fromHere(files.train))) {
      console.log(`${name}: skipped, its data is not here.`);
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), 'textclf-bench-'));
    try {
      const train = sample(fromHere(files.train), every.train, join(folder, 'train.csv'));
      const test = sample(fromHere(files.test), every.test, join(folder, 'test.csv'));
      const task: Task = { ...options, encoder, train, test, threads };
      const ours = await runTextclf(task);
      const theirs = python ? await runTrainer(python, task) : undefined;
      const none = ['-', '-', '-', '-'];
      const times = (of: (outcome: Outcome) => number) => (theirs ? (of(theirs) / of(ours)).toFixed(2) : '-');
      rows.push([
        name,
        ...cells(ours, theirs?.tokens),
        ...(theirs ? cells(theirs, theirs.tokens) : none),
        times(secondsOf),
        times(({ epochs }) => epochs.at(-1)!),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const columns = ['s an epoch', 'tokens/s', 'accuracy', 'MB'];
  const titles = (who: string) => columns.map((column) => `${who}, ${column}`);
  printTable(['', ...titles('TextClf'), ...titles('Trainer'), 'times its speed', 'in the last epoch'], rows);
}

/** Writes every n-th row of a file of the columns text and label into another; labels as 0 and 1. */
function sample(file: string, every: number, to: string): string {
  const rows = parse(readFileSync(file), { columns: true }) as { text: string; label: string }[];
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const chosen = rows.filter((_, i) => i % every === 0);
  const quoted = chosen.map(({ text, label }) => `"${text.replaceAll('"', '""')}",${labels.indexOf(label)}`);
  writeFileSync(to, `text,label\n${quoted.join('\n')}\n`);
  return to;
}

async function runTextclf(task: Task): Promise<Outcome> {
  const { encoder, train, test, maxLength, epochs, batchSize, learningRate, seed, threads, frozen } = task;
  const { events, memory } = await trainInProcess({
    // All rows are for training, as they are for the Trainer; the last epoch counts.
    data: { train, test, validation: 1e-9, labels: ['0', '1'] },
    model: { type: 'pretrained', encoder, maxLength },
    training: {
      ...{ epochs, batchSize, seed },
      optimizer: { type: 'adamW', learningRate },
      freezeEncoderEpochs: frozen ? epochs : 0,
    },
    runtime: { threads },
  });
  return { epochs: epochSeconds(events), memory, accuracy: accuracyOf(events) };
}

/** `tokens`: of all epochs together, padding not counted. */
async function runTrainer(python: string, task: Task): Promise<Outcome & { tokens: number }> {
  const script = fromHere('../test/bench/peers/fine_tune_hf.py');
  const { lines } = await timedProcess(python, [script, JSON.stringify(task)]);
  return JSON.parse(lines.at(-1)!) as Outcome & { tokens: number };
}

/** Of each epoch, from its beginning to its last batch. */
function epochSeconds(events: readonly RunEvent[]): number[] {
  const seconds: number[] = [];
  let [start, last] = [0, 0];
  const end = () => {
    if (start > 0) seconds.push((last - start) / 1000);
    start = 0;
  };
  for (const event of events) {
    if (event.type === 'batch') last = Date.parse(event.time);
    if (event.type !== 'phase') continue;
    end();
    if (event.phase === 'training') start = Date.parse(event.time);
  }
  end();
  return seconds;
}

function secondsOf({ epochs }: Outcome): number {
  return epochs.reduce((sum, seconds) => sum + seconds, 0);
}

function cells(outcome: Outcome, tokens: number | undefined): string[] {
  const { epochs, accuracy, memory } = outcome;
  return [
    epochs.map((seconds) => seconds.toFixed(1)).join(', '),
    tokens === undefined ? '-' : Math.round(tokens / secondsOf(outcome)).toLocaleString('en'),
    `${(100 * accuracy).toFixed(2)} %`,
    Math.round(memory / 1e6).toLocaleString('en'),
  ];
}
