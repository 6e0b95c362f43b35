import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { OptimizerOptions } from '../../src/nn/optimizers';
import type { Executor } from '../../src/runtime/executor';
import type { DeviceStep } from '../../src/trainer/device-step';
import type { PretrainedStep } from '../../src/trainer/pretrained-step';
import type { WeightedStep } from '../../src/trainer/step';
import { expectClose, largestError } from '../support/close';
import { type Family, type FamilyOptions, families } from '../support/families';
import { hostDevice } from '../support/host-device';
import { executor } from '../support/run';
import { tenSteps, tenStepsOnProcessor } from '../support/ten-steps';

const familyOf = (name: string): Family => families.find((family) => family.name === name)!;
const [lstm, bert] = [familyOf('lstm, bidirectional'), familyOf('bert')];

type Weights = Record<string, Float32Array>;

/** A copy of all weights, up to date. */
async function weightsOf(step: WeightedStep): Promise<Weights> {
  step.settle();
  const weights = Object.entries(await step.readWeights());
  return Object.fromEntries(weights.map(([name, { data }]) => [name, data.slice()]));
}

/** A bias of keys moves all scores of a query alike: it has no gradient but what rounding leaves. */
const hasGradient = (name: string) => !name.endsWith('key.bias');

function expectWeights(found: Weights, expected: Weights, tolerance = 1e-5): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const name of Object.keys(expected).filter(hasGradient))
    expectClose(found[name]!, expected[name]!, tolerance, name);
}

const changed = (before: Weights, after: Weights) =>
  Object.keys(before).filter(
    (name) => hasGradient(name) && largestError(after[name]!, before[name]!).error > 0,
  );

const sgd: OptimizerOptions = {
  ...{ type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
};
const moments = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01 };

/** What rounding leaves of a gradient is nothing beside this epsilon. */
const adamW: OptimizerOptions = { ...moments, type: 'adamW', epsilon: 1e-3 };

interface Trained {
  readonly losses: number[];
  readonly weights: Weights;
}

/** Some steps of as many batches each as there can be, on whatever executes them. */
async function trained(
  on: Executor,
  family: Family,
  changes: Partial<FamilyOptions> = {},
  between: (step: WeightedStep, number: number) => void = () => {},
): Promise<Trained> {
  const step = await family.open(on, changes);
  const batches = family.batches(7);
  const losses: number[] = [];
  const random = createRandom(5);
  const size = changes.gradientAccumulation ?? 1;
  for (let start = 0; start < batches.length; start += size) {
    between(step, start / size + 1);
    const parts = batches.slice(start, start + size);
    const divisor = parts.reduce((sum, batch) => sum + batch.divisor, 0);
    for (const batch of parts) {
      const part = { divisor, isLast: batch === parts.at(-1) };
      losses.push((await step.train(batch, 0.02, random, part)).loss);
    }
  }
  losses.push((await step.evaluate(batches[0]!)).loss);
  const weights = await weightsOf(step);
  await step.release();
  return { losses, weights };
}

async function expectSame(family: Family, changes: Partial<FamilyOptions>, thawsAt?: number) {
  const device = hostDevice();
  const thaw = (step: WeightedStep, number: number) => {
    if (number === thawsAt) (step as PretrainedStep | DeviceStep).thaw();
  };
  const [expected, found] = [
    await trained(executor, family, changes, thaw),
    await trained(device, family, changes, thaw),
  ];
  expectClose(found.losses, expected.losses, 1e-5, 'loss');
  expectWeights(found.weights, expected.weights);
  expect(device.living).toBe(0);
  return { device, ...found };
}

describe('ten steps on a device equal those on the processor', () => {
  it.each(families.map((family) => [family.name, family] as const))('%s', async (_, family) => {
    const device = hostDevice();
    const expected = await tenStepsOnProcessor(family);
    const found = await tenSteps(device, family);
    expectClose(found, expected, 1e-5, 'loss of step');
    expect(new Set(expected).size).toBe(11);
    expect(device.living).toBe(0);
  });
});

describe('losses and weights on a device equal those on the processor', () => {
  const settings: readonly (readonly [string, Family, Partial<FamilyOptions>])[] = [
    ['SGD with momentum and weight decay', lstm, { optimizer: sgd }],
    ['Adam with weight decay in the gradient', lstm, { optimizer: { ...moments, type: 'adam' } }],
    ['several batches a step', lstm, { optimizer: sgd, gradientAccumulation: 3 }],
    ['several batches a step, clipped by value', lstm, { gradientAccumulation: 3, gradientClipBy: 'value' }],
    ['clipped by norm', lstm, { optimizer: sgd, gradientClip: 0.05 }],
    ['clipped by value', lstm, { optimizer: sgd, gradientClip: 0.01, gradientClipBy: 'value' }],
    ['not clipped', lstm, { optimizer: sgd, gradientClip: 0 }],
    ['a frozen table', lstm, { optimizer: sgd, frozenEmbedding: true }],
    ['frozen embeddings', bert, { optimizer: sgd, frozenEmbedding: true }],
    ['a frozen layer', familyOf('distilbert'), { optimizer: sgd, freezeLayers: 1 }],
    ['slower layers below', familyOf('roberta'), { layerLearningRateDecay: 0.5 }],
    ['an encoder that stays frozen', bert, { startsFrozen: true, staysFrozen: true }],
    ['layers computed once more', bert, { optimizer: sgd, recompute: true }],
    ['shared layers computed once more', familyOf('albert'), { optimizer: sgd, recompute: true }],
    ['layers above a frozen one, computed once more', bert, { recompute: true, freezeLayers: 1 }],
    ['all at once', familyOf('albert'), { recompute: true, gradientAccumulation: 2, gradientClip: 0.1 }],
  ];
  it.each(settings)('%s', async (_, family, changes) => {
    await expectSame(family, changes);
  });

  it('an encoder that is thawed: each text is encoded once before, the head alone has state', async () => {
    const { device } = await expectSame(
      bert,
      { startsFrozen: true, frozenEmbedding: true, optimizer: adamW },
      4,
    );
    // Three batches, the fourth to the seventh whole, and the evaluation.
    expect(device.runs).toMatchObject({ encoding: 4, gradients: 7, head: 1 });
  });
});

describe('what is frozen on a device', () => {
  it.each([
    ['the word vectors', lstm, { frozenEmbedding: true }, /^embedding\.weight$/],
    ['a layer and what is below', bert, { freezeLayers: 1 }, /^(embedding|positions|tokenTypes|layers\.0)/],
    ['an encoder', bert, { startsFrozen: true }, /^(?!head)/],
  ] as const)('stays as it is: %s', async (_, family, changes, frozen) => {
    const step = await family.open(hostDevice(), changes);
    const before = await weightsOf(step);
    await step.train(family.batches(1)[0]!, 0.1, createRandom(1));
    const rest = Object.keys(before).filter((name) => hasGradient(name) && !frozen.test(name));
    expect(changed(before, await weightsOf(step))).toEqual(rest);
    await step.release();
  });

  it('is padding, in every row of the table that stands for it', async () => {
    const step = await lstm.open(hostDevice(), { optimizer: sgd });
    for (const batch of lstm.batches(3)) await step.train(batch, 0.1, createRandom(1));
    const { 'embedding.weight': table } = await weightsOf(step);
    expect([...table!.subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(table!.subarray(6).every((value) => value !== 0)).toBe(true);
    await step.release();
  });
});

describe('a step on a device', () => {
  it('changes nothing where the loss is not finite', async () => {
    const device = hostDevice();
    const step = await lstm.open(device);
    const start = await weightsOf(step);
    await step.writeWeights(({ name }, data) =>
      name === 'output.bias' ? data.fill(Number.POSITIVE_INFINITY) : data.set(start[name]!),
    );
    const before = await weightsOf(step);
    const { loss } = await step.train(lstm.batches(1)[0]!, 0.1, createRandom(1));
    expect(loss).toBeNaN();
    expect(await weightsOf(step)).toEqual(before);
    await step.release();
    expect(device.living).toBe(0);
  });

  it('changes nothing where the gradient alone is not finite, and says so by the loss', async () => {
    const device = hostDevice({
      meddle: (program, results) => {
        if (program === 'gradients')
          results.squares = { ...results.squares!, data: Float32Array.of(Infinity) };
      },
    });
    const step = await lstm.open(device);
    const before = await weightsOf(step);
    const { loss } = await step.train(lstm.batches(1)[0]!, 0.1, createRandom(1));
    expect(loss).toBeNaN();
    expect(await weightsOf(step)).toEqual(before);
    await step.release();
  });

  it('leaves weights as they are until the last batch of a step', async () => {
    const step = await lstm.open(hostDevice(), { gradientAccumulation: 2 });
    const before = await weightsOf(step);
    const [batch] = lstm.batches(1);
    await step.train(batch!, 0.1, createRandom(1), { divisor: 8, isLast: false });
    expect(await weightsOf(step)).toEqual(before);
    await step.train(batch!, 0.1, createRandom(1), { divisor: 8, isLast: true });
    expect(changed(before, await weightsOf(step))).toEqual(Object.keys(before));
    await step.release();
  });

  it('needs no second copy of all weights, gradients and state', async () => {
    const device = hostDevice();
    const step = await bert.open(device);
    const [batch] = bert.batches(1);
    await step.train(batch!, 0.1, createRandom(1));
    const weights = Object.values(await weightsOf(step)).reduce((sum, { length }) => sum + length, 0);
    device.measure();
    await step.train(batch!, 0.1, createRandom(1));
    // Weights, two moments and gradients are four times the weights; the largest group is a fifth of them.
    expect(device.largest).toBeLessThan(4 * weights * 1.2);
    expect(device.largest).toBeGreaterThan(4 * weights);
    await step.release();
  });

  it('is rehearsed without leaving a trace', async () => {
    const device = hostDevice();
    const step = (await bert.open(device, { startsFrozen: true })) as DeviceStep;
    const before = await weightsOf(step);
    const living = device.living;
    await step.rehearse(bert.batches(1)[0]!, createRandom(1));
    expect(device.runs).toEqual({ encoding: 1, head: 1, gradients: 2 });
    expect(device.living).toBe(living);
    expect(await weightsOf(step)).toEqual(before);
    await step.release();
  });
});
