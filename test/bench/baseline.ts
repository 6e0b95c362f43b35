import { existsSync } from 'node:fs';
import { accuracyOf, findPython, fromHere, timedProcess, trainInProcess } from './process';
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
  const python = findPython('sklearn');
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

async function runTextclf({ train, test, wordNgrams, strength }: Task): Promise<Outcome> {
  const { seconds, events, memory } = await trainInProcess({
    // All rows are for training, as they are for scikit-learn.
    data: { train, test, validation: 1e-9 },
    model: { type: 'baseline', wordNgrams: [...wordNgrams], strength },
  });
  return { seconds, memory, accuracy: accuracyOf(events) };
}

async function runSklearn(python: string, task: Task): Promise<Outcome> {
  const script = fromHere('../test/bench/peers/baseline_sklearn.py');
  const { seconds, lines } = await timedProcess(python, [script, JSON.stringify(task)]);
  return { seconds, ...(JSON.parse(lines.at(-1)!) as Pick<Outcome, 'accuracy' | 'memory'>) };
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
