import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { OptimizerOptions } from '../../src/nn/optimizers';
import { makeBatch } from '../../src/trainer/batch';
import { EMBEDDING } from '../../src/trainer/programs';
import { TrainingStep } from '../../src/trainer/training-step';
import { expectClose } from '../support/close';
import { executor } from '../support/run';
import {
  classifierCases,
  fromTorch,
  modelShapeOf,
  type TorchBatch,
  type TorchClassifier,
  type TorchTensors,
  textsOf,
} from '../support/torch';

interface TrainingCase extends TorchClassifier {
  readonly optimizer: {
    readonly type: 'adam';
    readonly learningRate: number;
    readonly betas: readonly [number, number];
    readonly epsilon: number;
    readonly weightDecay: number;
  };
  readonly gradientClip: number | null;
  readonly steps: readonly TorchBatch[];
  readonly finalWeights: TorchTensors;
}

const cases = classifierCases<TrainingCase>('training', 'networks-training');
const TOLERANCE = 1e-5;

interface Variant {
  readonly dropout?: number;
  readonly frozenEmbedding?: boolean;
  readonly optimizer?: OptimizerOptions;
}

async function compile(fixture: TrainingCase, { dropout = 0, frozenEmbedding = false, optimizer }: Variant) {
  const { type, betas, epsilon, weightDecay, learningRate } = fixture.optimizer;
  const step = await TrainingStep.compile(executor, {
    shape: modelShapeOf(fixture, dropout),
    optimizer: optimizer ?? { type, learningRate, beta1: betas[0], beta2: betas[1], epsilon, weightDecay },
    gradientClip: fixture.gradientClip ?? 0,
    gradientClipBy: 'norm',
    gradientAccumulation: 1,
    embedding: Float32Array.from(fixture.weights[EMBEDDING]!.data),
    frozenEmbedding,
    vocabularySize: fixture.vocabularySize,
  });
  const weights = Object.entries(fromTorch(fixture.model.type, fixture.weights));
  step.parameters.restore(Object.fromEntries(weights.map(([name, { data }]) => [name, data])));
  return step;
}

const batchesOf = (fixture: TrainingCase) =>
  fixture.steps.map((step) => makeBatch(textsOf(step), modelShapeOf(fixture)));

/** Everything that training changes, copied. */
const stateOf = (step: TrainingStep): Record<string, number[]> => ({
  ...Object.fromEntries(
    Object.entries(step.parameters.feeds).map(([name, { data }]) => [name, Array.from(data, Number)]),
  ),
  [EMBEDDING]: [...step.table.table],
  ...Object.fromEntries(step.table.state.map((state, i) => [`${EMBEDDING}.${i}`, [...state]])),
});

/**
 * The bias of attention's keys, the second of three parts, moves all scores of a query alike: its gradient is
 * rounding, of which Adam makes a step as large as any.
 */
function withoutKeys(bias: ArrayLike<number>): number[] {
  const third = bias.length / 3;
  return Array.from(bias).filter((_, i) => i < third || i >= 2 * third);
}

describe('ten training steps equal PyTorch', () => {
  for (const fixture of cases) {
    it(fixture.name, async () => {
      const step = await compile(fixture, {});
      for (const [i, batch] of batchesOf(fixture).entries()) {
        const expected = fixture.steps[i]!.lossValue;
        const { loss } = await step.train(batch, fixture.optimizer.learningRate, createRandom(1));
        expectClose([loss], [expected], TOLERANCE, `loss of step ${i + 1}`);
      }
      step.settle();
      const expected = fromTorch(fixture.model.type, fixture.finalWeights);
      expect(Object.keys(step.parameters.values).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, { data }] of Object.entries(expected)) {
        const kept = name.endsWith('.attention.input.bias') ? withoutKeys : (all: ArrayLike<number>) => all;
        const trained = step.parameters.values[name]!.data as Float32Array;
        expectClose(kept(trained), kept(data), TOLERANCE, name);
      }
      expectClose(step.table.table, fixture.finalWeights[EMBEDDING]!.data, TOLERANCE, EMBEDDING);
      await step.release();
    });

    it(`${fixture.name}: evaluating before each step changes nothing`, async () => {
      const step = await compile(fixture, {});
      for (const [i, batch] of batchesOf(fixture).entries()) {
        step.settle();
        const evaluated = await step.evaluate(batch);
        const before = stateOf(step);
        expect((await step.evaluate(batch)).logits).toEqual(evaluated.logits);
        expect(stateOf(step)).toEqual(before);
        const trained = await step.train(batch, fixture.optimizer.learningRate, createRandom(1));
        expectClose([evaluated.loss], [fixture.steps[i]!.lossValue], TOLERANCE, `loss before step ${i + 1}`);
        expectClose(evaluated.logits, trained.logits, 1e-6, 'logits');
      }
      await step.release();
    });
  }

  it('with clipping and without', () => {
    expect(cases.map(({ gradientClip }) => gradientClip !== null)).toEqual([false, true, false, true]);
  });
});

describe('the training step', () => {
  const fixture = cases[1]!;
  const rate = fixture.optimizer.learningRate;

  const trainAll = async (variant: Variant, seed: number) => {
    const step = await compile(fixture, variant);
    const random = createRandom(seed);
    const seen: number[] = [];
    for (const batch of batchesOf(fixture)) {
      const { loss, logits } = await step.train(batch, rate, random);
      seen.push(loss, ...logits);
    }
    step.settle();
    const state = stateOf(step);
    await step.release();
    return { seen, state };
  };

  it('repeats itself bit by bit, dropout included', async () => {
    const [one, same, other] = [
      await trainAll({ dropout: 0.5 }, 21),
      await trainAll({ dropout: 0.5 }, 21),
      await trainAll({ dropout: 0.5 }, 22),
    ];
    expect(same).toEqual(one);
    expect(other.seen).not.toEqual(one.seen);
  });

  it('draws nothing at random without dropout', async () => {
    expect(await trainAll({}, 1)).toEqual(await trainAll({}, 2));
  });

  it('uses dropout in training alone', async () => {
    const [plain, dropped] = [await compile(fixture, {}), await compile(fixture, { dropout: 0.5 })];
    const batch = batchesOf(fixture)[0]!;
    expect(await dropped.evaluate(batch)).toEqual(await plain.evaluate(batch));
    const { logits } = await dropped.train(batch, rate, createRandom(1));
    expect(logits).not.toEqual((await plain.train(batch, rate, createRandom(1))).logits);
    await plain.release();
    await dropped.release();
  });

  it('leaves a frozen table as it is and trains the rest', async () => {
    const { state } = await trainAll({ frozenEmbedding: true }, 1);
    expect(state[EMBEDDING]).toEqual(fixture.weights[EMBEDDING]!.data);
    const start = fromTorch(fixture.model.type, fixture.weights);
    for (const [name, { data }] of Object.entries(start)) expect(state[name], name).not.toEqual(data);
  });

  for (const [what, spoil] of [
    [
      'a weight that is infinite',
      (step: TrainingStep) =>
        step.parameters.feeds['output.bias']!.data.fill(Number.POSITIVE_INFINITY as never),
    ],
    ['a vector that is not a number', (step: TrainingStep) => step.table.table.fill(Number.NaN, 4)],
  ] as const) {
    it(`changes nothing where the loss is not finite: ${what}`, async () => {
      const step = await compile(fixture, {});
      const [batch] = batchesOf(fixture);
      spoil(step);
      const before = stateOf(step);
      const { loss } = await step.train(batch!, rate, createRandom(1));
      expect(loss).toBeNaN();
      expect(stateOf(step)).toEqual(before);
      await step.release();
    });
  }

  it('takes batches of any length, a single token included', async () => {
    const step = await compile(fixture, {});
    for (const lengths of [[1], [9, 2], [1, 1, 1], [3]]) {
      const texts = lengths.map((length, i) => ({ ids: new Int32Array(length).fill(1 + i), labels: [i] }));
      const { loss, logits } = await step.train(
        makeBatch(texts, modelShapeOf(fixture)),
        rate,
        createRandom(1),
      );
      expect(loss).toBeGreaterThan(0);
      expect(logits.length).toBe(lengths.length * fixture.outputs);
    }
    await step.release();
  });

  it('gives a text the same logits whatever stands beside it', async () => {
    const step = await compile(fixture, {});
    const texts = [[1, 2, 3], [4], [5, 6, 7, 8, 9]].map((ids) => ({
      ids: Int32Array.from(ids),
      labels: [0],
    }));
    const { logits } = await step.evaluate(makeBatch(texts, modelShapeOf(fixture)));
    for (const [i, text] of texts.entries()) {
      const alone = await step.evaluate(makeBatch([text], modelShapeOf(fixture)));
      const together = logits.subarray(i * fixture.outputs, (i + 1) * fixture.outputs);
      expectClose(together, alone.logits, 1e-6, `text ${i}`);
    }
    await step.release();
  });
});
