import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printTable } from './table';

/** What a process was asked to do, from its start to its end. */
interface Outcome {
  seconds: number;
  accuracy: number;
  /** Bytes that were resident at most; null where the system does not tell. */
  memory: number | null;
}

interface Task {
  readonly train: string;
  readonly test: string;
  readonly wordNgrams: readonly [number, number];
  readonly strength: number;
}

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The first of these that is there. */
const dataSets = [
  { name: 'IMDB', train: '../../shared/data/imdb/train.csv', test: '../../shared/data/imdb/test.csv' },
  {
    name: 'SpamAssassin',
    train: '../experiments/data/spam-assassin-train.csv',
    test: '../experiments/data/spam-assassin-test.csv',
  },
].map(({ name, train, test }) => ({ name, train: fromHere(train), test: fromHere(test) }));

/**
 * Prints seconds from the start of a process to its end, the accuracy on test rows and the peak of resident memory,
 * beside scikit-learn's. Either process reads the files, trains and classifies the test rows; ours writes a run and its
 * model besides. They take turns; medians.
 */
export async function measureBaseline(rounds: number): Promise<void> {
  const data = dataSets.find(({ train }) => existsSync(train));
  if (!data) throw new Error('No data: run node experiments/prepare-quickstart.mjs first.');
  const python = findSklearnPython();
  if (!python) console.log('scikit-learn is not found (TEXTCLF_BENCH_PYTHON or python3): no comparison.');
  console.log(
    `TF-IDF and logistic regression on ${data.name}: medians of ${rounds} processes taken in turn.`,
  );
  const rows: string[][] = [];
  for (const [name, longest] of [
    ['words', 1],
    ['words and pairs', 2],
  ] as const) {
    const task: Task = { train: data.train, test: data.test, wordNgrams: [1, longest], strength: 10 };
    const ours: Outcome[] = [];
    const theirs: Outcome[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await runTextclf(task));
      if (python) theirs.push(await runSklearn(python, task));
    }
    const [own, other] = [medians(ours), python ? medians(theirs) : undefined];
    const times = other ? (own.seconds / other.seconds).toFixed(2) : '-';
    rows.push([name, ...cells(own), ...(other ? cells(other) : ['-', '-', '-']), times]);
  }
  const columns = ['s', 'accuracy', 'MB'];
  printTable(
    [
      '',
      ...columns.map((column) => `TextClf, ${column}`),
      ...columns.map((column) => `scikit-learn, ${column}`),
      'times its s',
    ],
    rows,
  );
}

function findSklearnPython(): string | undefined {
  const candidates = [process.env.TEXTCLF_BENCH_PYTHON, 'python3'].filter((python) => python !== undefined);
  return candidates.find((python) => spawnSync(python, ['-c', 'import sklearn']).status === 0);
}

async function runTextclf({ train, test, wordNgrams, strength }: Task): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'textclf-bench-'));
  try {
    const file = join(folder, 'baseline.textclf.json');
    const experiment = {
      // All rows are for training, as they are for scikit-learn.
      data: { train, test, validation: 1e-9 },
      model: { type: 'baseline', wordNgrams, strength },
    };
    writeFileSync(file, JSON.stringify(experiment));
    const atEnd = `process.on('exit', () => console.log(JSON.stringify({ memory: process.resourceUsage().maxRSS * 1024 })));`;
    const watch = `data:text/javascript,${encodeURIComponent(atEnd)}`;
    const parameters = ['--import', watch, fromHere('./cli.js'), 'train', file, '--root', folder, '--json'];
    const { seconds, lines } = await timed(process.execPath, parameters);
    const events = lines.map((line) => JSON.parse(line) as { type?: string; memory?: number });
    const evaluated = events.find(({ type }) => type === 'evaluation') as
      | { evaluation: { accuracy: number } }
      | undefined;
    if (!evaluated) throw new Error('the run has no evaluation');
    return { seconds, accuracy: evaluated.evaluation.accuracy, memory: events.at(-1)!.memory! };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runSklearn(python: string, task: Task): Promise<Outcome> {
  const script = fromHere('../test/bench/peers/baseline_sklearn.py');
  const { seconds, lines } = await timed(python, [script, JSON.stringify(task)]);
  return { seconds, ...(JSON.parse(lines.at(-1)!) as Pick<Outcome, 'accuracy' | 'memory'>) };
}

/** Runs a program to its end; the lines that it printed. */
async function timed(
  program: string,
  parameters: readonly string[],
): Promise<{ seconds: number; lines: string[] }> {
  const startedAt = performance.now();
  const child = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${program} ended with exit code ${code}`);
  return { seconds: (performance.now() - startedAt) / 1000, lines: printed.trim().split('\n') };
}

function medians(outcomes: readonly Outcome[]): Outcome {
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  const memory = outcomes.map((outcome) => outcome.memory).filter((bytes) => bytes !== null);
  return {
    seconds: median(outcomes.map(({ seconds }) => seconds)),
    accuracy: median(outcomes.map(({ accuracy }) => accuracy)),
    memory: memory.length > 0 ? median(memory) : null,
  };
}

function cells({ seconds, accuracy, memory }: Outcome): string[] {
  return [
    seconds.toFixed(1),
    `${(100 * accuracy).toFixed(2)} %`,
    memory === null ? '-' : Math.round(memory / 1e6).toLocaleString('en'),
  ];
}
