import { describe, expect, it } from 'vitest';
import { LabelledText } from '../../src/data/labelled-text';
import { findDoubted } from '../../src/host/find-doubted';
import type { LabelIssue } from '../../src/protocol/label-issues';
import { textDigest } from '../../src/runs/label-issues';

const rows = Array.from({ length: 200 }, (_, i) => `text ${i},${i % 2 ? 'pos' : 'neg'}`);
const before = ['text,label', ...rows];

function issueAt(line: number): LabelIssue {
  const [text, label] = before[line - 1]!.split(',') as [string, string];
  return {
    ...{ file: 'train.csv', line, text, digest: textDigest(text), labels: [label] },
    ...{ suggested: ['other'], probability: 0.1, suggestedProbability: 0.9, score: 0.1 },
  };
}

const issues = [issueAt(150), issueAt(3), issueAt(90)];

/** The lines on which rows are found, by the lines on which they were. */
function found(lines: readonly string[], doubted = issues) {
  const text = new LabelledText(lines.join('\n'), { format: 'csv', text: 'text', label: 'label' });
  return Object.fromEntries(findDoubted(text, doubted).map(({ issue, line }) => [issue.line, line]));
}

describe('rows that were judged are found', () => {
  it('on their lines', () => {
    expect(found(before)).toEqual({ 3: 3, 90: 90, 150: 150 });
  });

  it('where lines were added and deleted before them, further than one of them alone could be', () => {
    const moved = [
      ...before.slice(0, 50),
      ...Array(40).fill('x,y'),
      ...before.slice(50, 100),
      ...Array(40).fill('x,y'),
      ...before.slice(100),
    ];
    expect(found(moved)).toEqual({ 3: 3, 90: 130, 150: 230 });
    expect(found(before.toSpliced(1, 1))).toEqual({ 3: 2, 90: 89, 150: 149 });
  });

  it('each once where two are the same', () => {
    const twice = [...before, before[2]!];
    const [issue] = [issueAt(3)];
    expect(found(twice, [issue!, { ...issue!, line: twice.length }])).toEqual({
      3: 3,
      [twice.length]: twice.length,
    });
    const once = twice.slice(0, -1).toSpliced(10, 195);
    expect(found(once, [issue!, { ...issue!, line: 8 }])).toEqual({ 3: 3 });
  });
});

describe('rows are no longer doubted', () => {
  it.each<[what: string, change: (row: string) => string[]]>([
    ['that were relabelled', (row) => [row.replace(/,.*/, ',else')]],
    ['whose text was changed', (row) => [`more ${row}`]],
    ['that were deleted', () => []],
  ])('%s', (_, change) => {
    const changed = before.toSpliced(89, 1, ...change(before[89]!));
    const moved = changed.length - before.length;
    expect(found(changed)).toEqual({ 3: 3, 150: 150 + moved });
  });
});
