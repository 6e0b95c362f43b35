import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { epochMetrics, evaluationOf } from '../../src/metrics/evaluation';
import type { EvaluatedRows } from '../../src/metrics/outcomes';
import type { Task } from '../../src/protocol/events';
import { definedMetrics, type MetricName, metricNames } from '../../src/protocol/metrics';

type PerClass = 'precision' | 'recall' | 'f1' | 'support' | 'rocAuc' | 'prAuc';

interface Case {
  name: string;
  task: Task;
  classes: number;
  truth: number[][];
  /** [rows, classes], in 256ths. */
  p256: number[];
  thresholds: number[] | null;
  metrics: Record<Exclude<MetricName, 'loss'>, number | null>;
  perClass: Record<PerClass, (number | null)[]>;
  /** Cells of the matrix that are not 0: truth, prediction, rows. */
  confusion: [number, number, number][];
  /** Rows, confidence, accuracy. */
  reliability: [number, number, number][];
}

const fixture: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8'),
);

function labelsOf(classes: number): string[] {
  return Array.from({ length: classes }, (_, index) => `class ${index}`);
}

function evaluate(rows: Partial<EvaluatedRows>) {
  return evaluationOf({
    split: 'test',
    task: 'single-label',
    labels: labelsOf(2),
    truth: [],
    probabilities: new Float32Array(0),
    loss: 0,
    ...rows,
  });
}

/** The same number, or both nothing. */
function expectClose(actual: number | null, expected: number | null, what: string): void {
  if (expected === null) expect(actual, what).toBeNull();
  else expect(actual, what).toBeCloseTo(expected, 12);
}

describe('evaluationOf, compared with scikit-learn', () => {
  it.each(fixture.cases)('$name', (expected) => {
    const { task, truth, classes } = expected;
    const evaluation = evaluate({
      task,
      truth,
      labels: labelsOf(classes),
      probabilities: Float32Array.from(expected.p256, (p) => p / 256),
      thresholds: expected.thresholds ?? undefined,
      loss: 0.25,
    });
    expect(evaluation).toMatchObject({ split: 'test', task, rows: truth.length, loss: 0.25 });
    for (const name of metricNames) {
      if (name !== 'loss') expectClose(evaluation[name], expected.metrics[name], name);
    }
    expect(evaluation.classes.map(({ label }) => label)).toEqual(labelsOf(classes));
    for (const [key, values] of Object.entries(expected.perClass)) {
      evaluation.classes.forEach((scores, index) => {
        expectClose(scores[key as PerClass], values[index]!, `${key} of class ${index}`);
      });
    }
    const cells = evaluation.confusion.flatMap((row, i) =>
      row.flatMap((count, j) => (count > 0 ? [[i, j, count]] : [])),
    );
    expect(cells).toEqual(expected.confusion);
    expect(evaluation.confusion).toHaveLength(task === 'multi-label' ? 0 : classes);
    evaluation.reliability.forEach(({ rows, confidence, accuracy }, bin) => {
      const [expectedRows, ...means] = expected.reliability[bin]!;
      expect(rows, `rows of part ${bin}`).toBe(expectedRows);
      expectClose(confidence, means[0], `confidence of part ${bin}`);
      expectClose(accuracy, means[1], `accuracy of part ${bin}`);
    });
  });

  it('has cases of both tasks, of all kinds of metrics and of none', () => {
    const values = fixture.cases.flatMap(({ metrics }) => [metrics.rocAuc, metrics.matthews]);
    expect(values).toContain(null);
    expect(values.some((value) => value !== null && value > 0.3 && value < 1)).toBe(true);
    expect(new Set(fixture.cases.map(({ task }) => task)).size).toBe(2);
  });
});

describe('evaluationOf at its edges', () => {
  it.each(['single-label', 'multi-label'] as const)(
    'without rows (%s) every metric is 0 or nothing, and an epoch has none',
    (task) => {
      const evaluation = evaluate({ task, loss: Number.NaN });
      for (const name of metricNames) {
        const isDefined = (definedMetrics as readonly string[]).includes(name);
        expect(evaluation[name], name).toBe(isDefined ? 0 : null);
      }
      expect(new Set(Object.values(epochMetrics(evaluation)))).toEqual(new Set([null]));
      expect(Object.keys(epochMetrics(evaluation))).toEqual([...metricNames]);
    },
  );

  it('says from where on a class was given only where that was chosen', () => {
    const thresholds = (rows: Partial<EvaluatedRows>) =>
      evaluate({ truth: [[1]], probabilities: Float32Array.of(0.5, 0.5), ...rows }).classes.map(
        ({ threshold }) => threshold,
      );
    expect(thresholds({})).toEqual([undefined, undefined]);
    expect(thresholds({ thresholds: [0.3] })).toEqual([undefined, 0.3]);
    expect(thresholds({ task: 'multi-label', thresholds: [0.3, 0.6] })).toEqual([0.3, 0.6]);
  });

  it('computes with probabilities that are not numbers, and gives none itself', () => {
    const evaluation = evaluate({
      truth: [[0], [1], [1]],
      probabilities: Float32Array.of(Number.NaN, Number.NaN, 0.25, 0.75, Number.NaN, Number.NaN),
    });
    const parsed = JSON.parse(JSON.stringify(evaluation));
    expect(parsed).toEqual(evaluation);
  });

  it.each([
    { what: 'a class outside of the labels', truth: [[0], [2]], columns: 4 },
    { what: 'a class below 0', truth: [[0], [-1]], columns: 4 },
    { what: 'fewer probabilities than rows and classes', truth: [[0], [1]], columns: 3 },
    { what: 'a row of two classes in a single-label task', truth: [[0], [0, 1]], columns: 4 },
    { what: 'a row of no class in a single-label task', truth: [[0], []], columns: 4 },
  ])('refuses $what', ({ truth, columns }) => {
    expect(() => evaluate({ truth, probabilities: new Float32Array(columns) })).toThrow();
  });

  it.each([
    { rows: 25_000, classes: 2 },
    { rows: 10_000, classes: 150 },
  ])('takes far less than a second for $rows rows of $classes classes', ({ rows, classes }) => {
    const probabilities = Float32Array.from(
      { length: rows * classes },
      (_, i) => ((i * 7919) % 10_007) / 10_007,
    );
    const truth = Array.from({ length: rows }, (_, i) => [(i * 31) % classes]);
    // Of the processor: others may be busy too.
    const start = process.cpuUsage();
    evaluate({ labels: labelsOf(classes), truth, probabilities });
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(1);
  });
});
