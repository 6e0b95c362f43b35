import { count, countOf } from '../../protocol/count';
import type { LabelIssue, LabelSummary } from '../../protocol/label-issues';
import { harmless } from '../format/harmless';
import { percent } from '../format/numbers';
import { table } from '../format/table';
import { displayWidth, truncate } from '../format/width';
import type { Style } from './style';

/** How many rows may be mislabelled, and where they are listed. */
export function labelLines(summary: LabelSummary, run: string, style: Style): string[] {
  const [first, ...rest] = summaryLines(summary, style);
  if (summary.issues === 0) return [first!, ...rest];
  return [`${first}: ${style.colors.bold(`textclf runs labels ${harmless(run)}`)}`, ...rest];
}

/** How many rows may be mislabelled, and what that says. */
export function summaryLines({ by, rows, issues }: LabelSummary, { colors }: Style): string[] {
  const judged = countOf(rows, by === 'folds' ? 'training row' : 'validation row');
  const hint = 'With "validation": { "folds": 5 } every training row is judged.';
  return [
    issues === 0 ? `None of ${judged} looks mislabelled` : `${count(issues)} of ${judged} may be mislabelled`,
    ...(by === 'folds' ? [] : [colors.dim(hint)]),
  ];
}

const longestLabel = 40;

/** A line each: where the row stands, its label, what it is more likely, and how sure that is; below it its text. */
export function labelIssueLines(issues: readonly LabelIssue[], { width, colors }: Style): string[] {
  const name = (labels: readonly string[]) =>
    truncate(harmless(labels.length === 0 ? 'no label' : labels.join(', ')), longestLabel);
  const heads = table(
    issues.map(({ file, line, labels, suggested, suggestedProbability }) => [
      `${harmless(file)}:${line}`,
      name(labels),
      '→',
      name(suggested),
      percent(suggestedProbability),
    ]),
    ['left', 'left', 'left', 'left'],
  );
  return heads.map((head, i) => {
    const room = Math.max(20, width - displayWidth(head) - 3);
    return `${head}  ${colors.dim(truncate(harmless(issues[i]!.text), room))}`;
  });
}
