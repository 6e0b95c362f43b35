import { count, countOf } from '../../protocol/count';
import type { ClassScores, Evaluation } from '../../protocol/events';
import { harmless } from '../format/harmless';
import { loss, percent } from '../format/numbers';
import { indent, table } from '../format/table';
import { padEnd, truncate } from '../format/width';
import { confusionMatrix, mostFrequentConfusions } from './confusion';
import { heading, type Style } from './style';

const longestLabel = 30;

/** With more classes than this, the table lists only those with the lowest F1. */
const listedClasses = 30;

/** With more classes than this, the matrix would not fit a terminal. */
const matrixClasses = 12;

/** All of an evaluation: overall metrics, a line for each class, and which classes are taken for which. */
export function evaluationLines(evaluation: Evaluation, style: Style): string[] {
  const confusions =
    evaluation.classes.length > matrixClasses
      ? mostFrequentConfusions(evaluation, style)
      : confusionMatrix(evaluation, style);
  return [
    heading(style, `Evaluation on the ${evaluation.split} split`) +
      style.colors.dim(` (${countOf(evaluation.rows, 'row')})`),
    ...indent([
      padEnd('Accuracy', 12) + style.colors.bold(percent(evaluation.accuracy)),
      padEnd('Macro F1', 12) + style.colors.bold(percent(evaluation.macroF1)),
      ...(evaluation.loss === null ? [] : [padEnd('Loss', 12) + loss(evaluation.loss)]),
    ]),
    '',
    ...indent(classTable(evaluation.classes, style)),
    '',
    ...indent(confusions),
  ];
}

/** The line that stands for it where little is to be printed. */
export function evaluationSummary(evaluation: Evaluation): string {
  const { split, rows, accuracy, macroF1 } = evaluation;
  return `${split}: accuracy ${percent(accuracy)}, macro F1 ${percent(macroF1)} on ${countOf(rows, 'row')}`;
}

function classTable(classes: readonly ClassScores[], { colors }: Style): string[] {
  const many = classes.length > listedClasses;
  const shown = many ? [...classes].sort((a, b) => a.f1 - b.f1).slice(0, listedClasses) : classes;
  const [header, ...lines] = table(
    [
      ['Class', 'Precision', 'Recall', 'F1', 'Rows'],
      ...shown.map(({ label, precision, recall, f1, support }) => [
        truncate(harmless(label), longestLabel),
        percent(precision),
        percent(recall),
        percent(f1),
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
