import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { LossScale } from '../../src/trainer/device-loss-scale';
import type { WeightedStep } from '../../src/trainer/step';
import { expectClose } from '../support/close';
import { families } from '../support/families';
import { hostDevice } from '../support/host-device';
import { tenSteps, tenStepsOnProcessor } from '../support/ten-steps';

const familyOf = (name: string) => families.find((family) => family.name === name)!;
/** What is looked at is the step's, whatever the model. */
const small = familyOf('cnn');

const weightsOf = async (step: WeightedStep) =>
  Object.values(await step.readWeights()).flatMap(({ data }) => [...data]);

describe('products in 16 bits', () => {
  it.each(['bert', 'transformer', 'lstm', 'cnn'])('train a %s nearly as those in 32', async (name) => {
    const full = await tenStepsOnProcessor(familyOf(name));
    const half = await tenSteps(hostDevice(), familyOf(name), { half: true });
    expect(half).not.toEqual(full);
    // Eleven bits of each factor: three digits.
    expectClose(half, full, 1e-2, 'loss');
  });

  it('keep small gradients by the scale of the loss, which neither the loss nor the clipping knows of', async () => {
    const sgd = { type: 'sgd', learningRate: 1, momentum: 0, nesterov: false, weightDecay: 0 } as const;
    for (const changes of [
      { optimizer: sgd, gradientClip: 0 },
      { optimizer: sgd, gradientClip: 1e-7 },
      { optimizer: sgd, gradientClip: 1e-9, gradientClipBy: 'value' },
      { optimizer: sgd, gradientClip: 0, gradientAccumulation: 2 },
    ] as const) {
      const moves: number[][] = [];
      for (const half of [false, true]) {
        const step = await small.open(hostDevice(), { ...changes, half });
        const before = await weightsOf(step);
        const batches = small.batches(changes.gradientAccumulation ?? 1);
        for (const batch of batches) {
          // So large that without a scale the gradients would be next to nothing in 16 bits.
          const part = { divisor: 2 ** 22, isLast: batch === batches.at(-1) };
          await step.train(batch, 0.1, createRandom(1), part);
        }
        const after = await weightsOf(step);
        await step.release();
        moves.push(after.map((value, i) => value - before[i]!));
      }
      const [full, half] = moves as [number[], number[]];
      const largest = Math.max(...full.map(Math.abs));
      expectClose(
        half.map((move) => move / largest),
        full.map((move) => move / largest),
        1e-2,
        'move',
      );
    }
  });

  it('are used in training alone: what is told of a model is told of the weights that are saved', async () => {
    const [full, half] = [await small.open(hostDevice()), await small.open(hostDevice(), { half: true })];
    const [batch] = small.batches(1);
    expect((await half.evaluate(batch!)).logits).toEqual((await full.evaluate(batch!)).logits);
    await Promise.all([full.release(), half.release()]);
  });
});

describe('a step whose gradient overflows', () => {
  /** A device that gives infinite gradients where the loss is scaled by more than `limit`. */
  const overflowing = (limit: number) => {
    const scales: number[] = [];
    const device = hostDevice({
      meddle(program: string, results: Record<string, Tensor>, feeds) {
        if (program !== 'gradients') return;
        const scale = 4 / Number(feeds.divisor!.data[0]);
        scales.push(scale);
        if (scale > limit) results.squares = floatTensor([], [Number.POSITIVE_INFINITY]);
      },
    });
    return { device, scales };
  };

  it('is left out, and the scale halved until it no longer does', async () => {
    const { device, scales } = overflowing(2 ** 14);
    const step = await small.open(device, { half: true });
    const [batch] = small.batches(1);
    const start = await weightsOf(step);
    const losses: number[] = [];
    for (let i = 0; i < 2; i++) losses.push((await step.train(batch!, 0.01, createRandom(1))).loss);
    expect(await weightsOf(step)).toEqual(start);
    for (let i = 0; i < 2; i++) losses.push((await step.train(batch!, 0.01, createRandom(1))).loss);
    expect(await weightsOf(step)).not.toEqual(start);
    expect(scales).toEqual([2 ** 16, 2 ** 15, 2 ** 14, 2 ** 14]);
    expect(losses[2]).toBe(losses[0]);
    expect(losses[3]).toBeLessThan(losses[2]!);
    await step.release();
    expect(device.living).toBe(0);
  });

  it('has no loss once no scale can help', async () => {
    const { device, scales } = overflowing(0);
    const step = await small.open(device, { half: true });
    const [batch] = small.batches(1);
    const losses: number[] = [];
    while (losses.every(Number.isFinite)) losses.push((await step.train(batch!, 0.01, createRandom(1))).loss);
    expect(scales.at(-1)).toBe(1);
    await step.release();
  });
});

it('the scale of a loss doubles after 2000 good steps in a row', () => {
  const scale = new LossScale(8);
  const good = (steps: number) => {
    for (let i = 0; i < steps; i++) scale.grow();
    return scale.value;
  };
  expect([good(1999), good(1), good(1999)]).toEqual([8, 16, 16]);
  expect(scale.shrink()).toBe(true);
  expect([scale.value, good(1999), good(1)]).toEqual([8, 8, 16]);
});
