import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { input } from '../../src/graph/build';
import type { DropoutMask } from '../../src/nn/scope';
import { makeBatch } from '../../src/trainer/batch';
import { DeviceDropout } from '../../src/trainer/device-dropout';
import { deviceProgram } from '../../src/trainer/device-programs';
import { families } from '../support/families';
import { hostDevice } from '../support/host-device';

const form = { task: 'single-label', loss: 'crossEntropy', outputs: 2 } as const;
const batchOf = (time: number, size: number) =>
  makeBatch(
    Array.from({ length: size }, () => ({ ids: new Int32Array(time).fill(1), labels: [0] })),
    form,
  );

const masks: readonly DropoutMask[] = [
  { name: 'below', shape: ['time', 'batch', 100], rate: 0.1 },
  { name: 'above', shape: ['batch', 'time', 7], rate: 0.5 },
  { name: 'beside', shape: ['time', 'batch', 100], rate: 0.1 },
];

/** Gives a batch's masks as the programs of a device see them. */
async function open() {
  const device = hostDevice();
  const inputs = [input('mask', ['time', 'batch', 1]), ...masks.map(({ name, shape }) => input(name, shape))];
  const outputs = Object.fromEntries(masks.map(({ name }, i) => [`seen_${name}`, inputs[i + 1]!]));
  const { program } = deviceProgram(
    { program: { name: 'masks', inputs, outputs }, dropoutMasks: masks },
    { rows: 1, width: 1 },
  );
  const executable = await device.compileKept(program, {});
  const dropout = new DeviceDropout(device);
  return {
    device,
    dropout,
    async see(batch = batchOf(50, 8), random = createRandom(1)) {
      const { results } = await executable.step({
        mask: batch.mask,
        ...(await dropout.draw(masks, batch, random)),
      });
      return Object.fromEntries(
        Object.entries(results).map(([name, { data }]) => [name.replace('seen_', ''), data as Float32Array]),
      ) as Record<'below' | 'above' | 'beside', Float32Array>;
    },
    async release() {
      await Promise.all([executable.release(), dropout.release()]);
    },
  };
}

describe('dropout masks on a device', () => {
  it('have zeros at the share of their rate, all else scaled up so that the mean stays 1', async () => {
    const { see, release } = await open();
    for (const [mask, rate, count] of [
      ['below', 0.1, 40_000],
      ['above', 0.5, 2800],
    ] as const) {
      const values = (await see())[mask];
      const kept = Math.fround(1 / (1 - rate));
      expect(values).toHaveLength(count);
      expect(values.every((value) => value === 0 || value === kept)).toBe(true);
      const zeros = values.filter((value) => value === 0).length / count;
      // Five standard deviations of a binomial's share.
      expect(Math.abs(zeros - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / count));
    }
    await release();
  });

  it('differ from each other and from step to step, and are repeated by a seed', async () => {
    const [one, same] = [await open(), await open()];
    const random = createRandom(3);
    const first = await one.see(undefined, random);
    expect(first.below).not.toEqual(first.beside);
    expect((await one.see(undefined, random)).below).not.toEqual(first.below);
    expect(await same.see(undefined, createRandom(3))).toEqual(first);
    await Promise.all([one.release(), same.release()]);
  });

  it('are of a row that is drawn anew bit by bit, until nothing of it is left', async () => {
    const { dropout, see, release } = await open();
    // The row is as long at the second look, so that the same seed finds the same window.
    const batch = batchOf(500, 60);
    await see(batch);
    const [before, random] = [(await see(batch)).below, createRandom(2)];
    await dropout.renew(random);
    const after = (await see(batch)).below;
    const [moved, kept] = [2 ** 18, before.length - 2 ** 18];
    expect(kept).toBeGreaterThan(2e6);
    // The same numbers, moved on by those that were drawn.
    const isMoved = (start: number) =>
      before.subarray(start, start + 1000).every((value, i) => value === after[start + moved + i]);
    expect(isMoved(0) && isMoved(kept - 1000)).toBe(true);
    for (let i = 0; i < 16; i++) await dropout.renew(random);
    const zeros = (await see(batch)).below.filter((value) => value === 0).length;
    expect(zeros / before.length).toBeCloseTo(0.1, 2);
    await release();
  });

  it('have room for any batch, of one row a rate', async () => {
    const { device, see, release } = await open();
    for (const [time, size] of [
      [1, 1],
      [500, 90],
      [3, 2],
    ] as const) {
      const { below, above } = await see(batchOf(time, size));
      expect([below.length, above.length]).toEqual([100 * time * size, 7 * time * size]);
      expect(device.living).toBe(2);
    }
    await release();
    expect(device.living).toBe(0);
  });
});

describe('a step on a device with dropout', () => {
  const family = families.find(({ name }) => name === 'bert')!;
  const losses = async (changes: { dropout: number; recompute?: boolean }, seed: number) => {
    const device = hostDevice();
    const step = await family.open(device, changes);
    const [batch, random] = [family.batches(1)[0]!, createRandom(seed)];
    const found: number[] = [];
    // At a learning rate of zero only the masks are new.
    for (let i = 0; i < 3; i++) found.push((await step.train(batch, 0, random)).loss);
    const evaluated = [(await step.evaluate(batch)).loss, (await step.evaluate(batch)).loss];
    await step.release();
    expect(device.living).toBe(0);
    return { found, evaluated, renewals: device.runs.renewal };
  };

  it('draws other masks for every step and seed, the same for the same seed, none for evaluating', async () => {
    const [one, same, other] = [
      await losses({ dropout: 0.3 }, 1),
      await losses({ dropout: 0.3 }, 1),
      await losses({ dropout: 0.3 }, 2),
    ];
    expect(new Set(one.found).size).toBe(3);
    expect(same).toEqual(one);
    expect(other.found).not.toEqual(one.found);
    const plain = await losses({ dropout: 0 }, 1);
    expect(one.evaluated).toEqual(plain.evaluated);
    expect(new Set([...plain.found, ...plain.evaluated].map((loss) => loss.toFixed(5))).size).toBe(1);
    expect(plain.renewals).toBeUndefined();
  });

  it('has the same masks where a layer is computed once more: the loss falls along the gradient', async () => {
    const sgd = { type: 'sgd', learningRate: 1, momentum: 0, nesterov: false, weightDecay: 0 } as const;
    const batch = family.batches(1)[0]!;
    const one = async (size: number) => {
      const changes = { dropout: 0.3, recompute: true, optimizer: sgd, gradientClip: 0 };
      const step = await family.open(hostDevice(), changes);
      const before = await step.readWeights();
      const { loss } = await step.train(batch, size, createRandom(9));
      const after = await step.readWeights();
      await step.release();
      const moved = Object.entries(before).reduce(
        (sum, [name, { data }]) =>
          data.reduce((total, value, i) => total + (value - after[name]!.data[i]!) ** 2, sum),
        0,
      );
      return { loss, after, squares: moved / size ** 2 };
    };
    const { loss, squares } = await one(1);
    const size = 1e-3 / squares;
    const { after } = await one(size);
    const next = await family.open(hostDevice(), { dropout: 0.3, recompute: true });
    await next.writeWeights(({ name }, data) => data.set(after[name]!.data));
    // A step along the gradient changes the loss by its size times the squares.
    const found = await next.train(batch, 0, createRandom(9));
    expect((loss - found.loss) / (size * squares)).toBeCloseTo(1, 1);
    await next.release();
  });
});
