import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { OptimizerOptions } from '../../src/nn/optimizers';
import { type LargeParameterSpec, LargeParameters } from '../../src/trainer/large-parameters';
import { expectClose } from '../support/close';
import { referenceOptimizer } from '../support/reference-optimizers';

const zeros = { type: 'zeros' } as const;
const specs: LargeParameterSpec[] = [
  { name: 'matrix', shape: [7, 5], initializer: zeros, trained: true, rate: 1 },
  { name: 'bias', shape: [5], initializer: zeros, trained: true, rate: 1 },
  { name: 'lower', shape: [3, 3], initializer: zeros, trained: true, rate: 0.25 },
  { name: 'frozen', shape: [4], initializer: zeros, trained: false, rate: 1 },
];
const names = ['matrix', 'bias', 'lower'];
const adamW = {
  type: 'adamW',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.1,
} as const;

function started(options: OptimizerOptions, sumsBatches = false) {
  const random = createRandom(5);
  const parameters = new LargeParameters(specs, options, sumsBatches);
  for (const { data } of Object.values(parameters.values)) {
    (data as Float32Array).forEach((_, i) => {
      data[i] = random.normal();
    });
  }
  const fill = () => {
    for (const { data } of Object.values(parameters.gradients)) {
      (data as Float32Array).forEach((_, i) => {
        data[i] = random.normal();
      });
    }
  };
  return { parameters, fill };
}

const copy = (data: ArrayLike<number | bigint>) => Float64Array.from(data as ArrayLike<number>);

describe('large parameters', () => {
  for (const options of [
    adamW,
    { ...adamW, type: 'adam' } as const,
    { type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0.1 } as const,
  ]) {
    it(`follow ${options.type} in float64: each at its own rate, biases without weight decay`, () => {
      const { parameters, fill } = started(options);
      const references = names.map((name) =>
        referenceOptimizer(
          name === 'bias' ? { ...options, weightDecay: 0 } : options,
          parameters.values[name]!.data as Float32Array,
        ),
      );
      for (let step = 1; step <= 20; step++) {
        fill();
        names.forEach((name, i) => {
          const scaled = copy(parameters.gradients[name]!.data).map((value) => value * 0.5);
          references[i]!.step(scaled, 0.01 * (name === 'lower' ? 0.25 : 1));
        });
        parameters.update(names, 0.01, 0.5);
      }
      names.forEach((name, i) => {
        expectClose(parameters.values[name]!.data as Float32Array, references[i]!.parameter, 1e-5, name);
      });
    });
  }

  it('keep apart those that take no part in a step: these begin later, with a first step of their own', () => {
    const { parameters, fill } = started(adamW);
    const reference = referenceOptimizer(adamW, parameters.values.matrix!.data as Float32Array);
    const before = copy(parameters.values.matrix!.data);
    for (let step = 0; step < 5; step++) {
      fill();
      parameters.update(['bias'], 0.01, 1);
    }
    expect(copy(parameters.values.matrix!.data)).toEqual(before);
    fill();
    reference.step(copy(parameters.gradients.matrix!.data), 0.01);
    parameters.update(names, 0.01, 1);
    expectClose(parameters.values.matrix!.data as Float32Array, reference.parameter, 1e-6, 'matrix');
  });

  it('leave the frozen ones alone, without a gradient', () => {
    const { parameters, fill } = started(adamW);
    const before = copy(parameters.values.frozen!.data);
    fill();
    parameters.update(names, 0.01, 1);
    expect(copy(parameters.values.frozen!.data)).toEqual(before);
    expect(Object.keys(parameters.gradients)).toEqual(names);
  });

  it('sum the gradients of several batches, and begin anew after each step', () => {
    const [summed, whole] = [started(adamW, true), started(adamW)];
    for (let step = 0; step < 3; step++) {
      const total = Object.fromEntries(names.map((name) => [name, new Float64Array(35)]));
      for (let batch = 0; batch < 4; batch++) {
        summed.fill();
        summed.parameters.accumulate(names);
        for (const name of names) {
          copy(summed.parameters.gradients[name]!.data).forEach((value, i) => {
            total[name]![i] = total[name]![i]! + value;
          });
        }
      }
      for (const name of names) {
        const { data } = whole.parameters.gradients[name]!;
        (data as Float32Array).set(total[name]!.subarray(0, data.length));
      }
      expect(summed.parameters.squares(names)).toBeCloseTo(whole.parameters.squares(names), 3);
      summed.parameters.update(names, 0.01, 1);
      whole.parameters.update(names, 0.01, 1);
    }
    for (const name of names) {
      const expected = whole.parameters.values[name]!.data as Float32Array;
      expectClose(summed.parameters.values[name]!.data as Float32Array, expected, 1e-5, name);
    }
  });

  it('tell the squares of the gradients asked for, and clip them', () => {
    const { parameters, fill } = started(adamW);
    fill();
    const all = names.flatMap((name) => [...copy(parameters.gradients[name]!.data)]);
    const squares = all.reduce((sum, value) => sum + value * value, 0);
    expect(parameters.squares(names)).toBeCloseTo(squares, 4);
    const ofBias = copy(parameters.gradients.bias!.data).reduce((sum, value) => sum + value * value, 0);
    expect(parameters.squares(['bias'])).toBeCloseTo(ofBias, 5);
    parameters.clip(['bias'], 0.5);
    const clipped = copy(parameters.gradients.bias!.data);
    expect(Math.max(...clipped.map(Math.abs))).toBeLessThanOrEqual(0.5);
    expect(copy(parameters.gradients.matrix!.data).some((value) => Math.abs(value) > 0.5)).toBe(true);
  });
});
