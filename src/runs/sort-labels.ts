import type { LabelSorting } from '../protocol/dashboard';
import type { LabelIssue, LabelIssueColumn } from '../protocol/label-issues';

type Compare = (a: LabelIssue, b: LabelIssue) => number;

const byScore: Compare = (a, b) => a.score - b.score;
const byPlace: Compare = (a, b) => byText(a.file, b.file) || a.line - b.line;

const orders: Record<LabelIssueColumn, Compare> = {
  score: (a, b) => byScore(a, b) || byPlace(a, b),
  place: byPlace,
  label: (a, b) => byText(a.labels.join(', '), b.labels.join(', ')) || byScore(a, b),
  suggested: (a, b) => byText(a.suggested.join(', '), b.suggested.join(', ')) || byScore(a, b),
};

export function sortLabelIssues(
  issues: readonly LabelIssue[],
  { column, descending }: LabelSorting,
): LabelIssue[] {
  const compare = orders[column];
  return [...issues].sort(descending ? (a, b) => compare(b, a) : compare);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
