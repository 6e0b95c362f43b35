import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { createOptimizer } from '../../src/nn/optimizers';
import type { Optimizer } from '../../src/nn/optimizers/optimizer';
import type { ParameterSpec } from '../../src/nn/scope';
import { HumanError } from '../../src/protocol/human-error';
import type { Tensor } from '../../src/runtime/executor';
import { initialize, ParameterStore, type ParameterStoreOptions } from '../../src/trainer/parameters';
import { expectClose } from '../support/close';

const specs: ParameterSpec[] = [
  { name: 'a', shape: [2, 3], initializer: { type: 'uniform', bound: 0.5 } },
  { name: 'b', shape: [3], initializer: { type: 'zeros' } },
];

describe('initial values', () => {
  const fill = (initializer: ParameterSpec['initializer'], seed = 1) => {
    const data = new Float32Array(4000);
    initialize({ name: 'w', shape: [4000], initializer }, data, createRandom(seed));
    return data;
  };
  const mean = (data: Float32Array) => data.reduce((total, value) => total + value, 0) / data.length;
  const deviation = (data: Float32Array) => Math.sqrt(mean(data.map((value) => value * value)));

  it('uniform: evenly between both bounds', () => {
    const data = fill({ type: 'uniform', bound: 0.25 });
    expect(Math.max(...data)).toBeLessThanOrEqual(0.25);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(-0.25);
    expect(Math.abs(mean(data))).toBeLessThan(5 * (0.25 / Math.sqrt(3 * 4000)));
    expect(deviation(data)).toBeCloseTo(0.25 / Math.sqrt(3), 2);
  });

  it('normal: by its deviation', () => {
    const data = fill({ type: 'normal', deviation: 0.02 });
    expect(Math.abs(mean(data))).toBeLessThan(5 * (0.02 / Math.sqrt(4000)));
    expect(deviation(data)).toBeCloseTo(0.02, 3);
    // A uniform distribution of this deviation ends at 0.035.
    expect(Math.max(...data)).toBeGreaterThan(0.05);
  });

  it('ones', () => {
    expect(new Set(fill({ type: 'ones' }))).toEqual(new Set([1]));
  });

  it('zeros, and nothing drawn for them', () => {
    const random = createRandom(1);
    const before = random.state();
    initialize(specs[1]!, new Float32Array(3), random);
    expect(random.state()).toEqual(before);
  });

  it('are repeated by a seed', () => {
    const initializer = { type: 'uniform', bound: 1 } as const;
    expect(fill(initializer, 8)).toEqual(fill(initializer, 8));
    expect(fill(initializer, 8)).not.toEqual(fill(initializer, 9));
  });
});

const adam = createOptimizer({
  type: 'adam',
  learningRate: Number.NaN,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
});
/** The same with a state of other names and starts. */
const startedAdam: Optimizer = { ...adam, state: { m: 0, v: 0.25 } };
const sgd = createOptimizer({
  type: 'sgd',
  learningRate: Number.NaN,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
});

const numbersOf = (tensor: Tensor | undefined) => tensor!.data as Float32Array;

/** What a backward pass would do. */
function writeGradients(store: ParameterStore, copy: number, a: readonly number[], b: readonly number[]) {
  numbersOf(store.gradients[copy]!.a_grad).set(a);
  numbersOf(store.gradients[copy]!.b_grad).set(b);
}

describe('the parameter store', () => {
  const make = (optimizer = startedAdam, options?: ParameterStoreOptions) =>
    new ParameterStore(specs, optimizer, options);
  /** With SGD, a step that subtracts the gradient. */
  const subtract = { step: 1, learningRate: 1, scale: 1 };

  it('holds parameters, their state and their gradients by name', () => {
    const store = make(startedAdam, { copies: 2 });
    expect(Object.keys(store.feeds)).toEqual(['a', 'b', 'a.m', 'b.m', 'a.v', 'b.v']);
    expect(Object.keys(store.values)).toEqual(['a', 'b']);
    expect(store.gradients.map((gradients) => Object.keys(gradients))).toEqual([
      ['a_grad', 'b_grad'],
      ['a_grad', 'b_grad'],
    ]);
    expect(store.feeds['a.v']!.shape).toEqual([2, 3]);
    expect(store.gradients[1]!.a_grad!.shape).toEqual([2, 3]);
    expect([...store.feeds['b.m']!.data]).toEqual([0, 0, 0]);
    expect([...store.feeds['b.v']!.data]).toEqual([0.25, 0.25, 0.25]);
  });

  it('writes the other set in an update, and leaves the one before as it is until the next', () => {
    const store = make(sgd);
    store.restore({ a: [1, 2, 3, 4, 5, 6], b: [7, 8, 9] });
    const before = store.values;
    writeGradients(store, 0, [1, 1, 1, 1, 1, 1], [2, 2, 2]);
    store.update(subtract);
    const after = store.values;
    expect([...before.a!.data, ...before.b!.data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...after.a!.data, ...after.b!.data]).toEqual([0, 1, 2, 3, 4, 5, 5, 6, 7]);
    store.update(subtract);
    expect(store.values).toBe(before);
    expect([...before.a!.data, ...before.b!.data]).toEqual([-1, 0, 1, 2, 3, 4, 3, 4, 5]);
    expect([...after.a!.data, ...after.b!.data]).toEqual([0, 1, 2, 3, 4, 5, 5, 6, 7]);
  });

  it('leaves the state before an update as it is', () => {
    const store = make();
    const before = store.feeds;
    writeGradients(store, 0, [1, 1, 1, 1, 1, 1], [2, 2, 2]);
    store.update(subtract);
    expect([...before['b.m']!.data, ...before['b.v']!.data]).toEqual([0, 0, 0, 0.25, 0.25, 0.25]);
    expect([...store.feeds['b.m']!.data].every((value) => value > 0)).toBe(true);
  });

  it('keeps its tensors from step to step: an executor may hold on to them', () => {
    const store = make(startedAdam, { copies: 2, sumsBatches: true });
    const gradients = store.gradients.map((tensors) => ({ ...tensors }));
    const first = store.feeds;
    store.update(subtract);
    const other = store.feeds;
    const names = Object.keys(first);
    for (const name of names) expect(other[name]).not.toBe(first[name]);
    store.update(subtract);
    for (const name of names) expect(store.feeds[name]).toBe(first[name]);
    store.update(subtract);
    for (const name of names) expect(store.feeds[name]).toBe(other[name]);
    expect(store.values.a).toBe(store.feeds.a);
    store.gradients.forEach((tensors, copy) => {
      for (const name of ['a_grad', 'b_grad']) expect(tensors[name]).toBe(gradients[copy]![name]);
    });
  });

  it('has a place for each tensor, none over another', () => {
    const store = make(startedAdam, { copies: 2, sumsBatches: true });
    const first = Object.values(store.feeds);
    store.update(subtract);
    const tensors = [...first, ...Object.values(store.feeds), ...store.gradients.flatMap(Object.values)];
    expect(tensors).toHaveLength(2 * 6 + 2 * 2);
    tensors.forEach((tensor, i) => {
      numbersOf(tensor).fill(1 + i);
    });
    // The sum over batches has a place of its own too.
    store.accumulate(1);
    expect(store.squares()).toBe(6 * 13 ** 2 + 3 * 14 ** 2);
    tensors.forEach((tensor, i) => {
      expect([...tensor.data]).toEqual(Array(i % 2 === 0 ? 6 : 3).fill(1 + i));
    });
  });

  it.each([1, 0.25])('takes the steps of Adam along the gradient times %s, in float64', (scale) => {
    const store = make(adam);
    store.initialize(createRandom(4));
    const random = createRandom(5);
    const draw = (count: number) => Array.from({ length: count }, () => random.normal());
    const p = ['a', 'b'].flatMap((name) => [...numbersOf(store.values[name])]);
    const [m, v] = [p.map(() => 0), p.map(() => 0)];
    for (let step = 1; step <= 10; step++) {
      const learningRate = 0.1 / step;
      const gradient = draw(9).map(Math.fround);
      writeGradients(store, 0, gradient.slice(0, 6), gradient.slice(6));
      store.update({ step, learningRate, scale });
      gradient.forEach((value, i) => {
        const g = value * scale;
        m[i] = 0.9 * m[i]! + 0.1 * g;
        v[i] = 0.999 * v[i]! + 0.001 * g ** 2;
        const [correctedM, correctedV] = [m[i]! / (1 - 0.9 ** step), v[i]! / (1 - 0.999 ** step)];
        p[i] = p[i]! - (learningRate * correctedM) / (Math.sqrt(correctedV) + 1e-8);
      });
      const all = (suffix: string) =>
        ['a', 'b'].flatMap((name) => [...numbersOf(store.feeds[`${name}${suffix}`])]);
      expectClose(all(''), p, 1e-6, `parameters after step ${step}`);
      expectClose(all('.firstMoment'), m, 1e-6, `first moments after step ${step}`);
      expectClose(all('.secondMoment'), v, 1e-8, `second moments after step ${step}`);
    }
  });

  it('adds the gradients of the other copies that had a part of the batch', () => {
    const store = make(sgd, { copies: 3 });
    writeGradients(store, 0, [1, 2, 3, 4, 5, 6], [1, 1, 1]);
    writeGradients(store, 1, [1, 1, 1, 0, 0, 0], [-1, -2, -3]);
    writeGradients(store, 2, Array(6).fill(100), Array(3).fill(100));
    store.accumulate(2);
    expect(store.squares()).toBe(4 + 9 + 16 + 16 + 25 + 36 + 0 + 1 + 4);
    store.update(subtract);
    expect([...store.values.a!.data]).toEqual([-2, -3, -4, -4, -5, -6]);
    expect([...store.values.b!.data]).toEqual([0, 1, 2]);
    writeGradients(store, 0, Array(6).fill(1), Array(3).fill(1));
    writeGradients(store, 1, Array(6).fill(2), Array(3).fill(2));
    store.accumulate(3);
    store.update(subtract);
    expect([...store.values.a!.data]).toEqual([-105, -106, -107, -107, -108, -109]);
    expect([...store.values.b!.data]).toEqual([-103, -102, -101]);
  });

  it('follows the last batch alone where each makes a step', () => {
    const store = make(sgd);
    for (const value of [5, 3]) {
      writeGradients(store, 0, Array(6).fill(value), Array(3).fill(value));
      store.accumulate(1);
    }
    expect(store.squares()).toBe(9 * 9);
    store.update(subtract);
    expect([...store.values.a!.data]).toEqual(Array(6).fill(-3));
  });

  it('sums the batches of a step, over all copies, and begins anew after it', () => {
    const store = make(sgd, { copies: 2, sumsBatches: true });
    const batch = (...values: readonly number[]) => {
      values.forEach((value, copy) => {
        writeGradients(store, copy, Array(6).fill(value), Array(3).fill(-value));
      });
      store.accumulate(values.length);
    };
    batch(1, 2);
    batch(4);
    batch(8, 16);
    expect(store.squares()).toBe(9 * 31 ** 2);
    store.update(subtract);
    expect([...store.values.a!.data]).toEqual(Array(6).fill(-31));
    expect([...store.values.b!.data]).toEqual(Array(3).fill(31));
    expect(store.squares()).toBe(0);
    batch(1, 1);
    expect(store.squares()).toBe(9 * 2 ** 2);
    store.update({ ...subtract, scale: 0.5 });
    expect([...store.values.a!.data]).toEqual(Array(6).fill(-32));
    expect([...store.values.b!.data]).toEqual(Array(3).fill(32));
  });

  it.each([false, true])(
    "brings each number of a step's gradient within a limit (a sum: %s)",
    (sumsBatches) => {
      const store = make(sgd, { sumsBatches });
      for (let batch = 0; batch < (sumsBatches ? 2 : 1); batch++) {
        const part = sumsBatches ? 0.5 : 1;
        const [a, b] = [
          [0.25, -0.25, 0.75, -0.75, 0.5, 9],
          [-0.5, 0, -9],
        ] as const;
        writeGradients(
          ...[store, 0],
          a.map((value) => part * value),
          b.map((value) => part * value),
        );
        store.accumulate(1);
      }
      store.clip(0.5);
      expect(store.squares()).toBe(2 * 0.25 ** 2 + 6 * 0.5 ** 2);
      store.update(subtract);
      expect([...store.values.a!.data]).toEqual([-0.25, 0.25, -0.5, 0.5, -0.5, -0.5]);
      expect([...store.values.b!.data]).toEqual([0.5, 0, 0.5]);
    },
  );

  it('draws the same start from the same seed, whatever the state', () => {
    const [one, other] = [make(), make(sgd)];
    one.initialize(createRandom(4));
    other.initialize(createRandom(4));
    expect(one.values).toEqual(other.values);
    expect(one.values.a!.data.some((value) => value !== 0)).toBe(true);
    expect([...one.feeds['a.m']!.data].every((value) => value === 0)).toBe(true);
  });

  it('restores state as well as parameters', () => {
    const store = make();
    store.restore({ 'b.m': [1, 2, 3], b: Float32Array.of(4, 5, 6) });
    expect([...store.feeds['b.m']!.data]).toEqual([1, 2, 3]);
    expect([...store.values.b!.data]).toEqual([4, 5, 6]);
  });

  it('goes on from what it restored', () => {
    const store = make(sgd);
    writeGradients(store, 0, Array(6).fill(1), Array(3).fill(1));
    store.update(subtract);
    store.restore({ b: [4, 5, 6] });
    store.update(subtract);
    expect([...store.values.a!.data, ...store.values.b!.data]).toEqual([-2, -2, -2, -2, -2, -2, 3, 4, 5]);
  });

  it('says so where the weights cannot fit into memory', () => {
    const large: ParameterSpec = { name: 'a', shape: [2 ** 15, 2 ** 14], initializer: { type: 'zeros' } };
    expect(() => new ParameterStore([large], sgd)).toThrow(HumanError);
  });
});
