import { count } from '../../protocol/count';
import type { Evaluation } from '../../protocol/events';
import { harmless } from '../format/harmless';
import { percent } from '../format/numbers';
import { table } from '../format/table';
import { displayWidth, padEnd, padStart, truncate } from '../format/width';
import type { Style } from './style';

const longestRowLabel = 24;
const longestColumnLabel = 16;

/** Narrower than this, column heads are numbers instead of cut labels. */
const shortestColumnLabel = 6;

/** The whole matrix: truth in rows, prediction in columns. */
export function confusionMatrix({ classes, confusion }: Evaluation, { width, colors }: Style): string[] {
  const labels = classes.map(({ label }) => harmless(label));
  const longest = Math.max(...labels.map(displayWidth));
  const digits = Math.max(...confusion.flat().map((cell) => count(cell).length));
  const rowLabel = Math.min(longestRowLabel, longest);
  // Two spaces at the line's start and two before each column.
  const room = Math.floor((width - 3 - rowLabel) / labels.length) - 2;
  const wanted = Math.min(longest, longestColumnLabel);
  const numbered = room < Math.min(wanted, shortestColumnLabel);
  const column = Math.max(digits, numbered ? 2 : Math.min(room, wanted));

  const heads = labels.map((label, i) => (numbered ? String(i + 1) : truncate(label, column)));
  const rowHeads = labels.map((label, i) => {
    const number = numbered ? `${String(i + 1).padStart(2)} ` : '';
    return number + padEnd(truncate(label, longestRowLabel), rowLabel);
  });
  const margin = ' '.repeat(displayWidth(rowHeads[0]!));
  return [
    colors.dim('Confusion matrix (rows: truth, columns: prediction)'),
    colors.dim(margin + heads.map((head) => `  ${padStart(head, column)}`).join('')),
    ...confusion.map((row, truth) => {
      const cells = row.map((cell, prediction) => {
        const text = padStart(count(cell), column);
        if (cell === 0) return `  ${colors.dim(text)}`;
        return `  ${truth === prediction ? colors.green(text) : colors.red(text)}`;
      });
      return rowHeads[truth]! + cells.join('');
    }),
  ];
}

const listedConfusions = 10;

/** Which class is taken for which most often, for matrices too large to print. */
export function mostFrequentConfusions({ classes, confusion }: Evaluation, { colors }: Style): string[] {
  const errors = confusion.flatMap((row, truth) =>
    row.flatMap((rows, prediction) =>
      rows > 0 && truth !== prediction ? [{ truth, prediction, rows }] : [],
    ),
  );
  if (errors.length === 0) return ['No confusions: every row is classified right.'];
  errors.sort((a, b) => b.rows - a.rows);
  const name = (index: number) => truncate(harmless(classes[index]!.label), longestRowLabel);
  const [header, ...lines] = table(
    [
      ['Truth', 'Predicted', 'Rows', 'Of the class'],
      ...errors
        .slice(0, listedConfusions)
        .map(({ truth, prediction, rows }) => [
          name(truth),
          name(prediction),
          count(rows),
          percent(rows / classes[truth]!.support),
        ]),
    ],
    ['left', 'left'],
  );
  return ['Most frequent confusions', colors.dim(header!), ...lines];
}
