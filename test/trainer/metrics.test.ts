import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluationOf } from '../../src/trainer/metrics';

interface Case {
  name: string;
  classes: number;
  truth: number[];
  predicted: number[];
  accuracy: number;
  macroF1: number;
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
  confusion: number[][];
}

const fixture: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8'),
);

function labelsOf(classes: number): string[] {
  return Array.from({ length: classes }, (_, index) => `class ${index}`);
}

describe('evaluationOf, compared with scikit-learn', () => {
  it.each(fixture.cases)('$name', (expected) => {
    const labels = labelsOf(expected.classes);
    const evaluation = evaluationOf({
      split: 'test',
      labels,
      truth: Int32Array.from(expected.truth),
      predicted: expected.predicted,
      loss: 0.25,
    });
    expect(evaluation).toMatchObject({ split: 'test', rows: expected.truth.length, loss: 0.25 });
    expect(evaluation.confusion).toEqual(expected.confusion);
    expect(evaluation.accuracy).toBeCloseTo(expected.accuracy, 12);
    expect(evaluation.macroF1).toBeCloseTo(expected.macroF1, 12);
    expect(evaluation.classes.map(({ label }) => label)).toEqual(labels);
    for (const key of ['precision', 'recall', 'f1', 'support'] as const) {
      const actual = evaluation.classes.map((scores) => scores[key]);
      expected[key].forEach((value, index) => {
        expect(actual[index], `${key} of class ${index}`).toBeCloseTo(value, 12);
      });
    }
  });
});

describe('evaluationOf at its edges', () => {
  it('gives 0 without rows, never a number that JSON cannot hold', () => {
    const { accuracy, macroF1, loss, rows } = evaluationOf({
      split: 'validation',
      labels: labelsOf(2),
      truth: [],
      predicted: [],
      loss: Number.NaN,
    });
    expect({ accuracy, macroF1, loss, rows }).toEqual({ accuracy: 0, macroF1: 0, loss: null, rows: 0 });
  });

  it.each([
    { what: 'a truth outside of the labels', truth: [0, 2], predicted: [0, 1] },
    { what: 'a prediction outside of the labels', truth: [0, 1], predicted: [0, -1] },
    { what: 'fewer predictions than rows', truth: [0, 1], predicted: [0] },
  ])('refuses $what', ({ truth, predicted }) => {
    expect(() => evaluationOf({ split: 'test', labels: labelsOf(2), truth, predicted, loss: 0 })).toThrow();
  });
});
