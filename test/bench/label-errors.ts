import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { csvLine } from '../../src/data/csv-line';
import { createRandom } from '../../src/data/random';
import { readExperiment, runnable } from '../../src/experiment/load';
import type { ExperimentInput } from '../../src/experiment/schema';
import { findLabelIssues, noiseShare } from '../../src/metrics/confident-learning';
import type { JudgedRows } from '../../src/trainer/run-context';
import { singleRun } from '../../src/trainer/single-run';
import { findPython, fromHere, timedProcess } from './process';
import { printTable } from './table';

const sentences = fromHere('../../shared/data/sst2/sentences_binary_train.csv');
const vectors = fromHere('../../shared/data/glove/glove.100d.100k.txt');
const flippedShare = 0.05;
const folds = 5;

/** Who is held back, in one run or several. */
const ways = [
  [`${folds} folds`, Array.from({ length: folds }, (_, i) => ({ folds, fold: i + 1 }))],
  ['validation', [1 / folds]],
] as const;

interface Judge {
  name: string;
  experiment: Partial<ExperimentInput> & Pick<ExperimentInput, 'model'>;
}

/** As experiments/sst2-cnn.textclf.json has it, in as many epochs as its early stopping takes. */
const cnn: Judge['experiment'] = {
  tokenizer: { maxLength: 60 },
  model: { type: 'cnn', embedding: { size: 100, vectors }, dropout: 0.5 },
  training: { epochs: 8, batchSize: 50, optimizer: { type: 'adam', learningRate: 5e-4 } },
};

function judges(): Judge[] {
  const encoder = process.env.TEXTCLF_BENCH_ENCODER;
  return [
    { name: 'baseline', experiment: { model: { type: 'baseline' } } },
    ...(existsSync(vectors) ? [{ name: 'cnn', experiment: cnn }] : []),
    ...(encoder
      ? [
          {
            name: 'encoder',
            experiment: {
              model: { type: 'pretrained', encoder, maxLength: 128 },
              training: { epochs: 2, batchSize: 32, optimizer: { type: 'adamW', learningRate: 5e-5 } },
            },
          } satisfies Judge,
        ]
      : []),
  ];
}

/**
 * Flips the labels of 5 % of SST-2's training sentences and prints how many of the rows found are flipped ones
 * (precision) and how many of the flipped ones are found (recall), by all rows in five folds and by one validation of
 * a fifth of them; beside cleanlab's on the same probabilities. The sentences' own mistakes count as false finds.
 */
export async function measureLabelErrors(only: string): Promise<void> {
  if (!existsSync(sentences)) throw new Error(`${sentences} is missing: there is nothing to measure with.`);
  const python = findPython('cleanlab');
  if (!python) console.log('cleanlab is not found (TEXTCLF_BENCH_PYTHON or python3): no comparison.');
  const folder = mkdtempSync(join(tmpdir(), 'textclf-labels-'));
  try {
    const flipped = writeFlipped(join(folder, 'train.csv'));
    const rows: string[][] = [];
    for (const { name, experiment } of judges()) {
      for (const [how, validations] of ways) {
        if (!`${name}, ${how}`.includes(only)) continue;
        const parts: JudgedRows[] = [];
        for (const validation of validations) {
          parts.push(await judge(folder, { ...experiment, data: { train: 'train.csv', validation } }));
        }
        rows.push(await compare(`${name}, ${how}`, parts, flipped, python, folder));
      }
    }
    printTable(
      [
        '',
        'rows',
        'right',
        'flipped',
        'found',
        'precision',
        'recall',
        'of the first 100',
        'estimated',
        'cleanlab found',
        'precision',
        'recall',
        'same rows',
      ],
      rows,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the sentences with some labels flipped; returns the lines of those. */
function writeFlipped(file: string): Set<number> {
  const rows = parse(readFileSync(sentences), { columns: true }) as { text: string; label: string }[];
  const order = rows.map((_, row) => row);
  createRandom(7).shuffle(order);
  const flipped = new Set(order.slice(0, Math.round(flippedShare * rows.length)));
  const lines = rows.map(({ text, label }, row) =>
    csvLine([text, flipped.has(row) ? String(1 - Number(label)) : label]),
  );
  writeFileSync(file, csvLine(['text', 'label']) + lines.join(''));
  return new Set([...flipped].map((row) => row + 2));
}

/** Trains, and gives what the finished model makes of rows that it was not trained on. */
async function judge(folder: string, input: ExperimentInput): Promise<JudgedRows> {
  const experimentFile = join(folder, 'labels.textclf.json');
  writeFileSync(experimentFile, JSON.stringify(input));
  const experiment = runnable(await readExperiment(experimentFile));
  let judged: JudgedRows | undefined;
  const onJudged = (rows: JudgedRows) => {
    judged = rows;
  };
  await singleRun({ experiment, experimentFile, root: folder, onJudged });
  if (!judged) throw new Error('the run has judged nothing');
  return judged;
}

async function compare(
  name: string,
  parts: readonly JudgedRows[],
  flipped: ReadonlySet<number>,
  python: string | undefined,
  folder: string,
): Promise<string[]> {
  const examples = parts.flatMap(({ rows }) =>
    rows.map(({ line, labelIndices: [given] }) => ({ line, given: given! })),
  );
  const classes = parts[0]!.labels.length;
  const probabilities = Float32Array.from(parts.flatMap((part) => [...part.probabilities]));
  const given = examples.map((example) => example.given);
  const noise = findLabelIssues(given, probabilities, classes);
  const ours = noise.suspects.map(({ row }) => row);
  const isFlipped = (row: number) => flipped.has(examples[row]!.line);
  const there = examples.filter(({ line }) => flipped.has(line)).length;
  const scores = (found: readonly number[]) => {
    const right = found.filter(isFlipped).length;
    return [String(found.length), percent(right / found.length), percent(right / there)];
  };
  const right = given.filter((label, row) => probabilities[row * classes + label]! > 0.5).length;
  const theirs = python ? await byCleanlab(python, folder, given, probabilities, classes) : undefined;
  return [
    ...[name, String(examples.length), percent(right / examples.length), String(there)],
    ...scores(ours),
    percent(ours.slice(0, 100).filter(isFlipped).length / Math.min(100, ours.length)),
    percent(noiseShare(noise)),
    ...(theirs ? scores(theirs) : ['-', '-', '-']),
    theirs ? sameness(ours, theirs) : '-',
  ];
}

async function byCleanlab(
  python: string,
  folder: string,
  given: readonly number[],
  probabilities: Float32Array,
  classes: number,
): Promise<number[]> {
  const rows = given.map((_, row) => [...probabilities.subarray(row * classes, (row + 1) * classes)]);
  const file = join(folder, 'probabilities.json');
  writeFileSync(file, JSON.stringify({ given, probabilities: rows }));
  const script = fromHere('../test/bench/peers/label_errors_cleanlab.py');
  const { lines } = await timedProcess(python, [script, file]);
  return JSON.parse(lines.at(-1)!) as number[];
}

function sameness(ours: readonly number[], theirs: readonly number[]): string {
  const same = ours.length === theirs.length && ours.every((row, i) => row === theirs[i]);
  if (same) return 'all, in order';
  const known = new Set(theirs);
  return `${ours.filter((row) => known.has(row)).length}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
