import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { ParameterSpec } from '../../src/nn/scope';
import { initialize, ParameterStore } from '../../src/trainer/parameters';

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

describe('the parameter store', () => {
  const make = () => new ParameterStore(specs, { m: 0, v: 0.25 });

  it('holds parameters, their state and their gradients by name', () => {
    const store = make();
    expect(Object.keys(store.feeds)).toEqual(['a', 'a.m', 'a.v', 'b', 'b.m', 'b.v']);
    expect(Object.keys(store.values)).toEqual(['a', 'b']);
    expect(Object.keys(store.gradientTensors)).toEqual(['a_grad', 'b_grad']);
    expect(Object.keys(store.updateFeeds)).toEqual([
      'parameters',
      'parameters.m',
      'parameters.v',
      'parameters_grad',
    ]);
    expect(Object.keys(store.next)).toEqual(['parameters_next', 'parameters.m_next', 'parameters.v_next']);
    expect(store.feeds['a.v']!.shape).toEqual([2, 3]);
    expect([...store.feeds['b.m']!.data]).toEqual([0, 0, 0]);
    expect([...store.feeds['b.v']!.data]).toEqual([0.25, 0.25, 0.25]);
  });

  it('reads one set and writes the other, until they swap', () => {
    const store = make();
    store.restore({ a: [1, 2, 3, 4, 5, 6] });
    const { parameters_next: written } = store.next;
    expect(written!.shape).toEqual(store.shape);
    written!.data.fill(9 as never);
    expect([...store.feeds.a!.data]).toEqual([1, 2, 3, 4, 5, 6]);
    store.swap();
    expect([...store.feeds.a!.data]).toEqual([9, 9, 9, 9, 9, 9]);
    store.swap();
    expect([...store.feeds.a!.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps its tensors from step to step: an executor may hold on to them', () => {
    const store = make();
    const [first, other] = [store.feeds.a, store.next.parameters_next];
    store.swap();
    expect(store.feeds.a).not.toBe(first);
    expect(store.updateFeeds.parameters).toBe(other);
    store.swap();
    expect(store.feeds.a).toBe(first);
    expect(store.gradientTensors.a_grad).toBe(store.gradientTensors.a_grad);
  });

  it('has each parameter within all of them, none over another', () => {
    const store = make();
    const { parameters } = store.updateFeeds;
    parameters!.data.fill(-1 as never);
    store.restore({ a: [1, 2, 3, 4, 5, 6], b: [7, 8, 9] });
    expect([...parameters!.data].filter((value) => Number(value) > 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    store.gradientTensors.b_grad!.data.fill(5 as never);
    const gradients = [...store.updateFeeds.parameters_grad!.data];
    expect(gradients.filter((value) => value === 5)).toHaveLength(3);
  });

  it('draws the same start from the same seed, whatever the state', () => {
    const [one, other] = [make(), new ParameterStore(specs, {})];
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
});
