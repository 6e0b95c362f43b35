import { type ReadOptions, readRows } from '../data/read';
import { RowProblems } from '../data/row-problems';
import type { Row } from '../data/rows';
import { findDataFiles } from '../data/sources';
import { evaluationOf } from '../metrics/evaluation';
import { probabilityMatrix } from '../nn/probabilities';
import type { DataFormat } from '../protocol/data-formats';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import type { Evaluation, Split } from '../protocol/events';
import { HumanError } from '../protocol/human-error';
import { batchSize } from './batches';
import { type Prediction, type Predictor, predictionOf } from './predictor';

export interface EvaluateOptions extends Pick<ReadOptions, 'text' | 'label' | 'labelSeparator' | 'signal'> {
  /** Data files, folders with one folder a class, and patterns; their rows count as one test set. */
  files: readonly string[];
  /** What the files are relative to: where the program was started by default. */
  folder?: string;
  /** Of all files; without it, each one's extension decides. */
  format?: DataFormat;
}

/** One row of the data with what the model made of it. */
export interface EvaluatedRow {
  row: Row;
  prediction: Prediction;
}

export interface EvaluatedData {
  evaluation: Evaluation;
  /** In the files' order. */
  rows: EvaluatedRow[];
}

/**
 * Classifies every row of data files and compares with the labels that they have. The loss is the mean
 * cross-entropy (of each label, in a multi-label task), without the class weights or smoothing that a training may
 * have had.
 *
 * @throws HumanError for unreadable files or rows, and for labels that the model doesn't know
 */
export async function evaluate(predictor: Predictor, options: EvaluateOptions): Promise<EvaluatedData> {
  const { files, folder = process.cwd(), format, ...columns } = options;
  const { labels, rule } = predictor;
  if (rule.task === 'single-label' && typeof columns.label !== 'string') {
    throw new HumanError(
      'several label columns are named, but this model gives each text exactly one class',
      {
        hint: 'Name the one column that holds the class.',
      },
    );
  }
  const rows: Row[] = [];
  for (const data of await findDataFiles(files, folder, format)) {
    const start = rows.length;
    // Of a folder, only those of the classes that the model knows are told apart from texts without one.
    const known = data.format === 'folder' ? { labels } : {};
    await readRows(data, { ...columns, ...known, task: rule.task }, (row) => {
      rows.push(row);
    });
    refuseUnknownLabels(data.file, rows.slice(start), labels);
  }
  const { evaluation, logits } = await evaluateRows(predictor, rows, 'test');
  return {
    evaluation,
    rows: rows.map((row, i) => ({ row, prediction: predictionOf(labels, logits[i]!, rule) })),
  };
}

/** What a model made of rows whose labels it knows. */
export interface EvaluatedRows {
  evaluation: Evaluation;
  /** `[outputs]` of each row. */
  logits: Float32Array[];
  /** `[rows, classes]` */
  probabilities: Float32Array;
}

/**
 * Classifies rows and compares with the labels that they have; the loss as `evaluate` says. The signal is heard after
 * each batch.
 *
 * @param progress is told how many rows are done
 * @throws the signal's reason where it was aborted
 */
export async function evaluateRows(
  predictor: Predictor,
  rows: readonly Row[],
  split: Split,
  signal?: AbortSignal,
  progress?: (done: number) => void,
): Promise<EvaluatedRows> {
  const { labels, rule } = predictor;
  // Texts of similar length share a batch, so that little of it is padding.
  const lengths = Uint32Array.from(rows, ({ text }) => text.length);
  const order = rows.map((_, row) => row).sort((a, b) => lengths[a]! - lengths[b]!);
  const logits = new Array<Float32Array>(rows.length);
  for (let start = 0; start < order.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = order.slice(start, start + batchSize);
    const ofBatch = await predictor.logits(batch.map((row) => rows[row]!.text));
    batch.forEach((row, i) => {
      logits[row] = ofBatch[i]!;
    });
    progress?.(start + batch.length);
  }
  const numberOf = new Map(labels.map((label, index) => [label, index]));
  const truth = rows.map((row) => row.labels.map((label) => numberOf.get(label)!));
  const probabilities = probabilityMatrix(logits, labels.length, rule.task);
  const lossOf = rule.task === 'multi-label' ? binaryCrossEntropy : crossEntropy;
  const losses = logits.map((ofText, row) => lossOf(ofText, truth[row]!));
  const loss = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  return {
    evaluation: evaluationOf({ split, labels, truth, probabilities, loss, ...rule }),
    logits,
    probabilities,
  };
}

/**
 * Minus the logarithm of the true class's probability, from `logits [outputs]`. The probability itself would round
 * to 0 where the model is sure and wrong, and the loss to infinity.
 */
function crossEntropy(logits: Float32Array, truth: readonly number[]): number {
  // One logit is the second class's, beside a 0 for the first.
  const ofClasses = logits.length === 1 ? [0, logits[0]!] : Array.from(logits);
  const largest = Math.max(...ofClasses);
  const total = ofClasses.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return largest - ofClasses[truth[0]!]! + Math.log(total);
}

/** The same of each label, as the mean over them. */
function binaryCrossEntropy(logits: Float32Array, truth: readonly number[]): number {
  const losses = Array.from(logits, (logit, label) =>
    crossEntropy(Float32Array.of(logit), [truth.includes(label) ? 1 : 0]),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

function refuseUnknownLabels(file: string, rows: readonly Row[], labels: readonly string[]): void {
  const known = new Set(labels);
  const problems = new RowProblems(file);
  for (const { labels: ofRow, line } of rows) {
    const label = ofRow.find((name) => !known.has(name));
    if (label === undefined) continue;
    problems.add({
      line,
      message: `the model does not know the label ${quoteName(label)}`,
      hint: `${didYouMeanHint(label, labels)}It was trained on: ${listNames(labels)}.`,
    });
  }
  problems.throwIfAny();
}
