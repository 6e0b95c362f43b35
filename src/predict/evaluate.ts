import type { DataFormat } from '../data/read';
import { readRows } from '../data/read';
import { RowProblems } from '../data/row-problems';
import type { Row } from '../data/rows';
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import type { Evaluation } from '../protocol/events';
import { evaluationOf } from '../trainer/metrics';
import type { Prediction, Predictor } from './predictor';

export interface EvaluateOptions {
  /** Data files; their rows count as one test set. */
  files: readonly string[];
  /** The column of the text, or several. */
  text: string | readonly string[];
  /** The column of the class. */
  label: string;
  /** Without it, each file's extension decides. */
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
 * cross-entropy, without the class weights or smoothing that a training may have had.
 *
 * @throws HumanError for unreadable files or rows, and for labels that the model doesn't know
 */
export async function evaluate(predictor: Predictor, options: EvaluateOptions): Promise<EvaluatedData> {
  const { files, ...columns } = options;
  const rows: Row[] = [];
  for (const file of files) {
    const ofFile = await readRows([file], columns);
    checkLabels(file, ofFile, predictor.labels);
    for (const row of ofFile) rows.push(row);
  }
  const predictions = await predictor.predict(rows.map(({ text }) => text));
  const numberOf = new Map(predictor.labels.map((label, index) => [label, index]));
  const losses = rows.map((row, i) => -Math.log(predictions[i]!.probabilities[row.label]!));
  return {
    evaluation: evaluationOf({
      split: 'test',
      labels: [...predictor.labels],
      truth: rows.map((row) => numberOf.get(row.label)!),
      predicted: predictions.map((prediction) => numberOf.get(prediction.label)!),
      loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    }),
    rows: rows.map((row, i) => ({ row, prediction: predictions[i]! })),
  };
}

function checkLabels(file: string, rows: readonly Row[], labels: readonly string[]): void {
  const known = new Set(labels);
  const problems = new RowProblems(file);
  for (const { label, line } of rows) {
    if (known.has(label)) continue;
    problems.add({
      line,
      message: `the model does not know the label ${quoteName(label)}`,
      hint: `${didYouMeanHint(label, labels)}It was trained on: ${listNames(labels)}.`,
    });
  }
  problems.throwIfAny();
}
