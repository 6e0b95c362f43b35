import { describe, expect, it } from 'vitest';
import { constant, input } from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import { type LossType, losses, meanLoss } from '../../src/nn/losses';
import { makeTargets } from '../../src/trainer/targets';
import { expectClose } from '../support/close';
import { evaluate, floatTensor } from '../support/run';
import { type TorchTensor, torchCases } from '../support/torch';

interface LossCase {
  readonly name: string;
  readonly loss: LossType;
  readonly gamma?: number;
  readonly smoothing?: number;
  readonly weights?: readonly number[] | null;
  readonly multiLabel?: boolean;
  readonly logits: TorchTensor;
  /** A class for each row; 0 or 1 for each of its labels in a multi-label task. */
  readonly labels: readonly (number | readonly number[])[];
  readonly losses?: TorchTensor;
  readonly lossValue: number;
  readonly gradients: { readonly logits: TorchTensor };
}

const cases = torchCases<LossCase>('losses');

function targetsOf({ loss, smoothing, weights, multiLabel, labels }: LossCase, outputs: number) {
  const own = labels.map((label) =>
    typeof label === 'number' ? [label] : label.flatMap((isTrue, i) => (isTrue ? [i] : [])),
  );
  return makeTargets(own, {
    task: multiLabel ? 'multi-label' : 'single-label',
    loss,
    outputs,
    ...(smoothing === undefined ? {} : { labelSmoothing: smoothing }),
    classWeights: weights ? Float32Array.from(weights) : undefined,
  });
}

async function lossAndGradient(fixture: LossCase, gamma: number) {
  const [rows, outputs = 1] = fixture.logits.shape as [number, number?];
  const shape = ['batch', outputs] as const;
  const [logits, targets, weights] = [
    input('logits', shape),
    input('targets', shape),
    input('weights', shape),
  ];
  const divisor = input('divisor', []);
  const perText = losses[fixture.loss](logits, { targets, weights }, gamma);
  const loss = meanLoss(perText, divisor);
  const [gradient] = differentiate([loss], [constant(1)], [logits]);
  const truth = targetsOf(fixture, outputs);
  return evaluate({ perText, loss, gradient: gradient! }, [logits, targets, weights, divisor], {
    logits: floatTensor([rows, outputs], fixture.logits.data),
    targets: floatTensor([rows, outputs], truth.targets),
    weights: floatTensor([rows, outputs], truth.weights),
    divisor: floatTensor([], [truth.divisor]),
  });
}

describe('losses equal PyTorch, however large the logits', () => {
  for (const fixture of cases) {
    it(fixture.name, async () => {
      const results = await lossAndGradient(fixture, fixture.gamma ?? 0);
      if (fixture.losses) expectClose(results.perText!, fixture.losses.data, 1e-5, 'losses');
      expectClose(results.loss!, [fixture.lossValue], 1e-5, 'mean loss');
      expectClose(results.gradient!, fixture.gradients.logits.data, 1e-5, 'gradient');
    });
  }

  it('tries every loss, with each of its options', () => {
    const tried = (option: (fixture: LossCase) => unknown) =>
      [...new Set(cases.filter(option).map(({ loss }) => loss))].sort();
    const all = Object.keys(losses).sort();
    expect(tried(() => true)).toEqual(all);
    expect(tried(({ gamma }) => gamma)).toEqual(all);
    expect(tried(({ smoothing }) => smoothing)).toEqual(all);
    expect(tried(({ weights }) => weights)).toEqual(all);
  });
});

describe('a focal loss without focus', () => {
  for (const fixture of cases.filter(({ gamma, name }) => gamma === 0 && !/1000/.test(name))) {
    it(`is the plain one where gamma is next to 0: ${fixture.name}`, async () => {
      const results = await lossAndGradient(fixture, 1e-9);
      expectClose(results.loss!, [fixture.lossValue], 1e-5, 'mean loss');
      expectClose(results.gradient!, fixture.gradients.logits.data, 1e-5, 'gradient');
    });
  }
});

describe('targets', () => {
  it('are 0 and 1, and weigh 1, where nothing else is asked for', () => {
    const plain = { task: 'single-label', loss: 'crossEntropy', outputs: 3 } as const;
    expect(makeTargets([[2], [0]], plain)).toEqual({
      targets: Float32Array.of(0, 0, 1, 1, 0, 0),
      weights: new Float32Array(6).fill(1),
      divisor: 2,
    });
    expect(makeTargets([[1], [0]], { ...plain, loss: 'bceWithLogits', outputs: 1 })).toEqual({
      targets: Float32Array.of(1, 0),
      weights: Float32Array.of(1, 1),
      divisor: 2,
    });
    expect(makeTargets([[0, 2], []], { task: 'multi-label', loss: 'bceWithLogits', outputs: 3 })).toEqual({
      targets: Float32Array.of(1, 0, 1, 0, 0, 0),
      weights: new Float32Array(6).fill(1),
      divisor: 6,
    });
  });

  it('give a text without a class something to be divided by', () => {
    const classWeights = Float32Array.of(2, 3);
    const form = { task: 'single-label', loss: 'bceWithLogits', outputs: 1, classWeights } as const;
    expect(makeTargets([[]], form).divisor).toBe(2);
  });
});
