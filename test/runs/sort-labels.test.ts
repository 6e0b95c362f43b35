import { expect, it } from 'vitest';
import type { LabelIssue, LabelIssueColumn } from '../../src/protocol/label-issues';
import { sortLabelIssues } from '../../src/runs/sort-labels';

const issues = [
  ['b.csv', 10, 'neg', 'pos', 0.1],
  ['a.csv', 9, 'pos', 'neg', 0.3],
  ['a.csv', 100, 'neg', 'mixed', 0.2],
].map(
  ([file, line, label, suggested, score]) =>
    ({ file, line, labels: [label], suggested: [suggested], score }) as LabelIssue,
);

it.each<[column: LabelIssueColumn, lines: number[]]>([
  ['score', [10, 100, 9]],
  ['place', [9, 100, 10]],
  ['label', [10, 100, 9]],
  ['suggested', [100, 9, 10]],
])('rows that look mislabelled are sorted by %s, either way', (column, lines) => {
  const by = (descending: boolean) => sortLabelIssues(issues, { column, descending }).map(({ line }) => line);
  expect(by(false)).toEqual(lines);
  expect(by(true)).toEqual(lines.toReversed());
});
