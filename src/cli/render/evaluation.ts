import { count, countOf } from '../../protocol/count';
import type { ClassScores, Evaluation } from '../../protocol/events';
import { type MetricName, metricTitles } from '../../protocol/metrics';
import { harmless } from '../format/harmless';
import { metricText } from '../format/metric';
import { percent, score } from '../format/numbers';
import { indent, table } from '../format/table';
import { truncate } from '../format/width';
import { confusionMatrix, mostFrequentConfusions } from './confusion';
import { heading, type Style } from './style';

const longestLabel = 30;

/** With more classes than this, the table lists only those with the lowest F1. */
const listedClasses = 30;

/** With more classes than this, the matrix would not fit a terminal. */
const matrixClasses = 12;

/** The metrics that are printed, two a line; those that do not depend on the task's kind of decisions last. */
const printed: Readonly<Record<Evaluation['task'], readonly MetricName[]>> = {
  'single-label': ['accuracy', 'macroF1', 'balancedAccuracy', 'weightedF1'],
  'multi-label': ['accuracy', 'macroF1', 'hammingLoss', 'microF1', 'balancedAccuracy', 'weightedF1'],
};
const printedLast = [
  'matthews',
  'rocAuc',
  'calibrationError',
  'prAuc',
  'brier',
  'logLoss',
  'loss',
] as const satisfies readonly MetricName[];

/** All of an evaluation: overall metrics, a line for each class, and which classes are taken for which. */
export function evaluationLines(evaluation: Evaluation, style: Style): string[] {
  return [
    heading(style, `Evaluation on the ${evaluation.split} split`) +
      style.colors.dim(` (${countOf(evaluation.rows, 'row')})`),
    ...indent(metricLines(evaluation, style)),
    '',
    ...indent(classTable(evaluation.classes, style)),
    ...confusionSection(evaluation, style),
  ];
}

/** The line that stands for it where little is to be printed. */
export function evaluationSummary(evaluation: Evaluation): string {
  const { split, rows, macroF1 } = evaluation;
  const accuracy = `${titleOf('accuracy', evaluation)} ${percent(evaluation.accuracy)}`;
  return `${split}: ${accuracy}, macro F1 ${percent(macroF1)} on ${countOf(rows, 'row')}`;
}

/** Several labels are rarely all right: nobody shall take that for the share of right ones. */
function titleOf(name: MetricName, { task }: Evaluation): string {
  return name === 'accuracy' && task === 'multi-label' ? 'exact match' : metricTitles[name];
}

function metricLines(evaluation: Evaluation, { colors }: Style): string[] {
  const names = [...printed[evaluation.task], ...printedLast].filter((name) => evaluation[name] !== null);
  const cells = names.map((name) => {
    const title = titleOf(name, evaluation);
    const value = metricText(name, evaluation[name]);
    return [title[0]!.toUpperCase() + title.slice(1), value];
  });
  const [first, ...others] = table(pairs(cells), ['left', 'right', 'left', 'right']);
  return [colors.bold(first!), ...others];
}

/** Two lists of two cells in a row of four. */
function pairs(cells: readonly string[][]): string[][] {
  return cells.flatMap((cell, i) => (i % 2 === 0 ? [[...cell, ...spaced(cells[i + 1])]] : []));
}

function spaced(cell: readonly string[] | undefined): string[] {
  return cell ? [`  ${cell[0]}`, cell[1]!] : [];
}

/** Nothing for several labels a row: none of them is taken for another. */
function confusionSection(evaluation: Evaluation, style: Style): string[] {
  const { classes, confusion } = evaluation;
  if (confusion.length === 0) return [];
  const show = classes.length > matrixClasses ? mostFrequentConfusions : confusionMatrix;
  return ['', ...indent(show(evaluation, style))];
}

function classTable(classes: readonly ClassScores[], { colors }: Style): string[] {
  const many = classes.length > listedClasses;
  const shown = many ? [...classes].sort((a, b) => a.f1 - b.f1).slice(0, listedClasses) : classes;
  const hasThresholds = classes.some(({ threshold }) => threshold !== undefined);
  const [header, ...lines] = table(
    [
      ['Class', 'Precision', 'Recall', 'F1', 'ROC AUC', ...(hasThresholds ? ['From'] : []), 'Rows'],
      ...shown.map(({ label, precision, recall, f1, rocAuc, threshold, support }) => [
        truncate(harmless(label), longestLabel),
        percent(precision),
        percent(recall),
        percent(f1),
        score(rocAuc),
        ...(hasThresholds ? [threshold === undefined ? '' : percent(threshold)] : []),
        count(support),
      ]),
    ],
    ['left'],
  );
  const note = many
    ? [colors.dim(`the ${listedClasses} of ${count(classes.length)} classes with the lowest F1`)]
    : [];
  return [colors.dim(header!), ...lines, ...note];
}
