import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { RunEvent } from '../../src/protocol/events';
import { keepLabel } from '../../src/runs/kept-labels';
import { issueKey, readLabelReport, textDigest } from '../../src/runs/label-issues';
import { runPaths } from '../../src/runs/paths';
import { readRecord } from '../../src/runs/record';
import { train } from '../../src/trainer/train';
import { toyExperiment, toyReviews, workspace, writeExperiment } from '../support/toy-data';

/** A baseline on `train.csv`. */
function baseline(data: object): object {
  return { data: { train: 'train.csv', ...data }, model: { type: 'baseline' } };
}

/** A network that is trained on clean rows, validated on `train.csv`. */
const network = toyExperiment({
  data: { train: 'clean.csv', validation: 'train.csv' },
  training: { epochs: 6 },
});

/** Toy reviews of which every twentieth has the other label; the lines of those. */
function flippedReviews(rows: number): { csv: string; lines: number[] } {
  const lines: number[] = [];
  const csv = toyReviews(rows)
    .split('\n')
    .map((line, i) => {
      if (i % 20 !== 7) return line;
      lines.push(i + 1);
      return line.endsWith('good') ? line.replace(/good$/, 'bad') : line.replace(/bad$/, 'good');
    })
    .join('\n');
  return { csv, lines };
}

async function run(experiment: object, files: Record<string, string>, folder = workspace()) {
  const events: RunEvent[] = [];
  const experimentFile = writeExperiment(folder, experiment, files);
  const onEvent = (event: RunEvent, trial?: object) => {
    if (!trial) events.push(event);
  };
  const { folder: runFolder } = await train({ experimentFile, root: folder, onEvent });
  return {
    ...{ folder, runFolder, events },
    told: events.filter((event) => event.type === 'labels'),
    report: readLabelReport(runFolder),
  };
}

/** What is found was flipped, and hardly less was flipped than is found. */
function expectMostOf(lines: readonly number[], found: readonly { line: number }[]): void {
  expect(lines).toEqual(expect.arrayContaining(found.map(({ line }) => line)));
  expect(found.length).toBeGreaterThanOrEqual(0.6 * lines.length);
}

function isSameSet(one: readonly string[] | undefined, other: readonly string[]): boolean {
  return one !== undefined && one.length === other.length && one.every((label) => other.includes(label));
}

describe('labels are judged', () => {
  it('in all training rows by the folds that have not seen them', async () => {
    const { csv, lines } = flippedReviews(400);
    const experiment = baseline({ validation: { folds: 4 } });
    const { report, told, runFolder, events } = await run(experiment, { 'train.csv': csv });
    expect(report).toMatchObject({ by: 'folds', rows: 400, labels: ['bad', 'good'] });
    expectMostOf(lines, report!.found);
    expect(report!.wrongShare).toBeGreaterThan(0.03);
    expect(report!.wrongShare).toBeLessThan(0.07);
    const rows = csv.split('\n');
    for (const { file, line, labels, suggested, text, digest, ...shares } of report!.found) {
      const [, quoted, label] = /^"(.*)",(\w+)$/.exec(rows[line - 1]!)!;
      expect({ file, text, labels }).toEqual({ file: 'train.csv', text: quoted, labels: [label] });
      expect(suggested).toEqual([label === 'good' ? 'bad' : 'good']);
      expect(digest).toBe(textDigest(quoted!));
      expect(shares.probability + shares.suggestedProbability).toBeCloseTo(1, 5);
      expect(shares.score).toBeCloseTo(shares.probability, 5);
    }
    const scores = report!.found.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(told).toMatchObject([{ by: 'folds', rows: 400, issues: report!.found.length }]);
    // Each fold saw a part of it only: what they have to say is said once.
    for (const event of events) {
      if (event.type !== 'trial' || event.status !== 'succeeded') continue;
      expect(existsSync(runPaths(join(runFolder, '..', event.id)).labelIssues)).toBe(false);
    }
  });

  it('in the validation rows of a network, with its best weights', async () => {
    const { csv, lines } = flippedReviews(200);
    const { report } = await run(network, { 'train.csv': csv, 'clean.csv': toyReviews(200, 5) });
    expect(report).toMatchObject({ by: 'validation', rows: 200 });
    expectMostOf(lines, report!.found);
  });

  it('of several labels a row each by itself', async () => {
    const random = createRandom(3);
    const kinds = ['sport', 'music', 'travel'];
    const wrong: { line: number; truth: string[] }[] = [];
    const rows = Array.from({ length: 300 }, (_, i) => {
      const truth = kinds.filter(() => random.next() < 0.5);
      const words = Array.from({ length: 5 }, () => `word${random.integer(9)}`);
      const labels = i % 25 === 3 ? kinds.filter((kind, k) => truth.includes(kind) !== (k === 0)) : truth;
      if (labels !== truth) wrong.push({ line: i + 2, truth });
      return `${[...words, ...truth.map((kind) => `about${kind}`)].join(' ')},"${labels.join(',')}"`;
    });
    const experiment = baseline({ validation: { folds: 3 }, task: 'multi-label' });
    const { report } = await run(experiment, { 'train.csv': `text,label\n${rows.join('\n')}\n` });
    const found = new Map(report!.found.map(({ line, suggested }) => [line, suggested]));
    const right = wrong.filter(({ line, truth }) => isSameSet(found.get(line), truth));
    expect(right.length).toBeGreaterThanOrEqual(0.75 * wrong.length);
    expect(right.length).toBeGreaterThanOrEqual(0.75 * found.size);
  });

  it('of several labels by those alone that the model knows enough of', async () => {
    const random = createRandom(4);
    const rows = Array.from({ length: 300 }, (_, i) => {
      const words = Array.from({ length: 5 }, () => `word${random.integer(9)}`);
      const isSport = random.next() < 0.5 ? ['sport'] : [];
      // What no word tells of, and few rows that say the opposite of theirs.
      const labels = [
        ...(i % 25 === 3 ? ['sport'].slice(isSport.length) : isSport),
        ...(random.next() < 0.5 ? ['luck'] : []),
      ];
      return `${[...words, ...isSport.map((kind) => `about${kind}`)].join(' ')},"${labels.join(',')}"`;
    });
    const experiment = baseline({ validation: { folds: 3 }, task: 'multi-label' });
    const { report } = await run(experiment, { 'train.csv': `text,label\n${rows.join('\n')}\n` });
    expect(report!.found.length).toBeGreaterThan(5);
    for (const { labels, suggested } of report!.found) {
      expect(suggested.includes('luck')).toBe(labels.includes('luck'));
    }
    expect(report!.wrongShare).toBeLessThan(0.1);
  });

  it('by a search with the model that it has chosen', async () => {
    const { csv, lines } = flippedReviews(200);
    const experiment = {
      ...network,
      search: { strategy: 'grid', options: { 'training.optimizer.learningRate': [1e-6, 0.02] } },
    };
    const { report, told } = await run(experiment, { 'train.csv': csv, 'clean.csv': toyReviews(200, 5) });
    expect(told).toHaveLength(1);
    expectMostOf(lines, report!.found);
  });

  it('but not again those of which a person said that they are right', async () => {
    const { csv } = flippedReviews(200);
    const experiment = baseline({ validation: { folds: 4 } });
    const first = await run(experiment, { 'train.csv': csv });
    const [kept, ...others] = first.report!.found;
    keepLabel(first.folder, issueKey(kept!));
    const second = await run(experiment, { 'train.csv': csv }, first.folder);
    expect(second.report!.found).toEqual(others);
    expect(second.told).toMatchObject([{ issues: others.length }]);
  });
});

describe('labels are not judged', () => {
  it.each([
    ['by few rows', toyReviews(40)],
    [
      'by a model that knows nothing of them',
      toyReviews(200)
        .split('\n')
        .map((line, i) => line.replace(/(good|bad)$/, i % 3 === 0 ? 'good' : 'bad'))
        .join('\n'),
    ],
  ])('%s', async (_, csv) => {
    const experiment = baseline({ validation: { folds: 2 } });
    const { report, told, runFolder } = await run(experiment, { 'train.csv': csv });
    expect({ report, told }).toEqual({ report: undefined, told: [] });
    expect(readRecord(runFolder).status).toBe('succeeded');
  });
});
