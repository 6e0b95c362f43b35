import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabelReport } from '../../src/protocol/label-issues';
import { keepLabel, readKeptLabels } from '../../src/runs/kept-labels';
import { issueKey, readLabelReport, textDigest, writeLabelReport } from '../../src/runs/label-issues';
import { runPaths } from '../../src/runs/paths';
import { bundleChild, humanErrorOf, temporaryFolder } from './support';

const report: LabelReport = {
  ...{ by: 'folds', rows: 100, issues: 1, wrongShare: 0.02, labels: ['neg', 'größe 🙂'] },
  found: [
    {
      ...{ file: 'data/train.csv', line: 3, text: '<b>fine</b>', digest: textDigest('<b>fine</b>') },
      ...{ labels: ['neg'], suggested: ['größe 🙂'] },
      ...{ probability: 0.01, suggestedProbability: 0.99, score: 0.01 },
    },
  ],
};

describe('the report on labels', () => {
  it('is read back whole', () => {
    const folder = temporaryFolder();
    writeLabelReport(folder, report);
    expect(readLabelReport(folder)).toEqual(report);
  });

  it('is none where nothing was judged', () => {
    expect(readLabelReport(temporaryFolder())).toBeUndefined();
  });

  it.each([
    ['no JSON', '{'],
    ['a share that is none', JSON.stringify({ schemaVersion: 1, ...report, wrongShare: 7 })],
    [
      'a line that is none',
      JSON.stringify({ schemaVersion: 1, ...report, found: [{ ...report.found[0], line: 0 }] }),
    ],
    ['another version', JSON.stringify({ ...report, schemaVersion: 2 })],
  ])('is refused in words where it is %s', (_, text) => {
    const folder = temporaryFolder();
    writeFileSync(runPaths(folder).labelIssues, text);
    expect(humanErrorOf(() => readLabelReport(folder)).place?.file).toBe(runPaths(folder).labelIssues);
  });
});

describe('the digest of a text', () => {
  it('is the same whatever line ends an editor writes', () => {
    expect(textDigest('a\r\nb\rc')).toBe(textDigest('a\nb\nc'));
    expect(textDigest('a\nb')).not.toBe(textDigest('a b'));
  });
});

describe('labels that are right', () => {
  const [issue] = report.found;

  it('are remembered by text and labels, not by where they stand', () => {
    const root = temporaryFolder();
    expect(readKeptLabels(root)).toEqual(new Set());
    mkdirSync(join(root, '.textclf'));
    keepLabel(root, issueKey(issue!));
    keepLabel(root, issueKey({ ...issue!, labels: ['b', 'a'] }));
    expect(readKeptLabels(root).has(issueKey({ ...issue!, line: 99 } as typeof issue & object))).toBe(true);
    expect(readKeptLabels(root).has(issueKey({ ...issue!, labels: ['a', 'b'] }))).toBe(true);
    expect(readKeptLabels(root).has(issueKey({ ...issue!, labels: ['a'] }))).toBe(false);
  });

  it('stay where their file is damaged', () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.textclf'));
    keepLabel(root, 'a');
    appendFileSync(join(root, '.textclf', 'kept-labels.ndjson'), '\n{"b": 1}\n"cut o');
    keepLabel(root, 'd');
    expect(readKeptLabels(root)).toEqual(new Set(['a', 'd']));
  });

  it('are all remembered where several processes say so at the same time', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.textclf'));
    const program = await bundleChild('keep-labels', join(root, 'bundle'));
    const names = ['one', 'two', 'three'];
    await Promise.all(
      names.map((name) =>
        once(spawn(process.execPath, [program, root, name, '500'], { stdio: 'inherit' }), 'exit'),
      ),
    );
    const said = names.flatMap((name) => Array.from({ length: 500 }, (_, i) => `${name} ${i}`));
    expect(readKeptLabels(root)).toEqual(new Set(said));
  });

  it('are refused in words where they cannot be kept', () => {
    expect(humanErrorOf(() => keepLabel(temporaryFolder(), 'a')).message).toContain('kept-labels');
  });
});
