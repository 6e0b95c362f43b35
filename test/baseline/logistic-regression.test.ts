import { describe, expect, it } from 'vitest';
import { logCountRatios } from '../../src/baseline/log-count-ratios';
import {
  fitLogisticRegression,
  type Iteration,
  type LogisticRegressionOptions,
} from '../../src/baseline/logistic-regression';
import { type LossForm, type Targets, targetsOf } from '../../src/baseline/pointwise-loss';
import type { SparseMatrix } from '../../src/baseline/sparse';
import fixture from '../fixtures/sklearn-regression.json';

interface Case {
  name: string;
  form: string;
  strength: number;
  x: number[][];
  y: (number | number[])[];
  weights: number[] | null;
  ratios?: number[][];
  coefficients: number[][];
  bias: number[];
  probabilities: number[][];
  objective?: number;
}
const cases: Case[] = fixture.cases;

function sparse(dense: readonly (readonly number[])[]): SparseMatrix {
  const entries = dense.map((row) => row.flatMap((value, index) => (value === 0 ? [] : [{ index, value }])));
  const starts = [0];
  for (const row of entries) starts.push(starts.at(-1)! + row.length);
  return {
    rows: dense.length,
    columns: dense[0]!.length,
    starts: Int32Array.from(starts),
    indices: Int32Array.from(entries.flat(), ({ index }) => index),
    values: Float32Array.from(entries.flat(), ({ value }) => value),
  };
}

function optionsOf({ form, strength, x, y, weights, ratios, coefficients }: Case): LogisticRegressionOptions {
  const outputs = coefficients.length;
  const matrix = sparse(x);
  const isOf = (truth: number | number[], output: number) =>
    Array.isArray(truth) ? truth[output]! : Number(outputs === 1 ? truth === 1 : truth === output);
  const targets: Targets = {
    form: form as LossForm,
    outputs,
    truth: Uint8Array.from(coefficients.flatMap((_, output) => y.map((truth) => isOf(truth, output)))),
    weights: weights ? Float64Array.from(coefficients.flatMap(() => weights)) : undefined,
    total: weights ? weights.reduce((sum, weight) => sum + weight, 0) : x.length,
  };
  const factors = ratios && logCountRatios(matrix, targets, () => true);
  return { matrix, targets, strength, factors, maxIterations: 1000, tolerance: 1e-9 };
}

/** Of each class, for a single logit both. */
function probabilitiesOf(form: string, logits: number[], twoClasses: boolean): number[] {
  if (form === 'softmax') {
    const powers = logits.map(Math.exp);
    return powers.map((power) => power / powers.reduce((a, b) => a + b));
  }
  const shares = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
  return twoClasses ? [1 - shares[0]!, shares[0]!] : shares;
}

describe('logistic regression as by scikit-learn', () => {
  it.each(cases)('$name', async (example) => {
    const options = optionsOf(example);
    const {
      matrix,
      factors,
      targets: { outputs },
    } = options;
    const fitted = await fitLogisticRegression(options);
    expect(fitted.converged).toBe(true);
    example.ratios?.forEach((expected, output) => {
      expected.forEach((value, column) => {
        expect(factors![output]![column]).toBeCloseTo(value, 8);
      });
    });
    if (example.objective !== undefined) expect(fitted.objective).toBeCloseTo(example.objective, 8);
    example.coefficients.forEach((row, output) => {
      row.forEach((value, column) => {
        const tolerance = 1e-5 * Math.max(1, Math.abs(value));
        expect(Math.abs(fitted.weights[column * outputs + output]! - value)).toBeLessThan(tolerance);
      });
      // Softmax knows its biases up to a number that all have in common; scikit-learn's sum to 0 as well.
      expect(fitted.bias[output]).toBeCloseTo(example.bias[output]!, 4);
    });
    example.probabilities.forEach((expected, row) => {
      const logits = example.coefficients.map((_, output) => fitted.logits[output * matrix.rows + row]!);
      const shares = probabilitiesOf(example.form, logits, outputs === 1);
      expected.forEach((value, index) => {
        expect(shares[index]).toBeCloseTo(value, 5);
      });
    });
  });

  it("ends within scikit-learn's tolerance at nearly the minimum", async () => {
    const example = cases[0]!;
    const { tolerance: _, ...options } = optionsOf(example);
    const { objective, iterations, converged } = await fitLogisticRegression(options);
    expect(converged).toBe(true);
    expect(iterations).toBeLessThan(20);
    expect(objective - example.objective!).toBeLessThan(1e-6);
  });
});

describe('logistic regression', () => {
  it('has logits that are those of its weights', async () => {
    for (const example of cases) {
      const options = optionsOf(example);
      const {
        matrix,
        targets: { outputs },
      } = options;
      const { weights, bias, logits } = await fitLogisticRegression(options);
      example.x.forEach((values, row) => {
        for (let output = 0; output < outputs; output++) {
          const logit = values.reduce(
            (sum, x, column) => sum + x * weights[column * outputs + output]!,
            bias[output]!,
          );
          expect(logit, example.name).toBeCloseTo(logits[output * matrix.rows + row]!, 4);
        }
      });
    }
  });

  it('falls from iteration to iteration, and tells of each', async () => {
    const told: Iteration[] = [];
    const { iterations, loss } = await fitLogisticRegression({
      ...optionsOf(cases[1]!),
      onIteration: (iteration) => told.push(iteration),
    });
    expect(told.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: iterations }, (_, i) => i + 1),
    );
    expect(told[0]!.loss).toBeLessThan(Math.log(2));
    expect(told.at(-1)!.loss).toBe(loss);
    expect(told.at(-1)!.gradient).toBeLessThan(1e-9);
  });

  it('stops after the iteration at hand with what it has', async () => {
    const stop = new AbortController();
    const { iterations, converged, loss } = await fitLogisticRegression({
      ...optionsOf(cases[1]!),
      signal: stop.signal,
      onIteration: ({ iteration }) => {
        if (iteration === 3) stop.abort();
      },
    });
    expect([iterations, converged]).toEqual([3, false]);
    expect(loss).toBeLessThan(Math.log(2));
  });

  it('says when it had too few iterations', async () => {
    const options = { ...optionsOf(cases[1]!), maxIterations: 2 };
    expect(await fitLogisticRegression(options)).toMatchObject({ iterations: 2, converged: false });
  });

  it('stands rows without entries, classes without rows and columns without entries', async () => {
    const matrix = sparse([
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 2],
    ]);
    const { weights, bias } = await fitLogisticRegression({
      matrix,
      targets: targetsOf([[0], [1], [0]], 'single-label', 3, undefined),
      strength: 1,
      maxIterations: 200,
    });
    expect([...weights, ...bias].every(Number.isFinite)).toBe(true);
    expect(Array.from(weights.subarray(0, 6))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(bias[2]!).toBeLessThan(Math.min(bias[0]!, bias[1]!));
  });
});

describe('targetsOf', () => {
  it('has one output for the second of two classes', () => {
    const targets = targetsOf([[0], [1], [1]], 'single-label', 2, [3, 0.5]);
    expect(targets).toEqual({
      form: 'sigmoid',
      outputs: 1,
      truth: Uint8Array.of(0, 1, 1),
      weights: Float64Array.of(3, 0.5, 0.5),
      total: 4,
    });
  });

  it('weighs a row by its class', () => {
    const { form, truth, weights, total } = targetsOf([[2], [0]], 'single-label', 3, [1, 2, 4]);
    expect([form, [...truth], [...weights!], total]).toEqual([
      'softmax',
      [0, 1, 0, 0, 1, 0],
      [4, 1, 4, 1, 4, 1],
      5,
    ]);
  });

  it('weighs a label of several where it is true', () => {
    const { form, truth, weights, total } = targetsOf([[0, 1], [], [1]], 'multi-label', 2, [3, 5]);
    expect([form, [...truth], [...weights!], total]).toEqual([
      'sigmoid',
      [1, 0, 0, 1, 0, 1],
      [3, 1, 1, 5, 1, 5],
      3,
    ]);
  });
});
