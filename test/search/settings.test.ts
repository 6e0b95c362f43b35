import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { Axis } from '../../src/experiment/search-axes';
import { gridSettings, randomSettings } from '../../src/search/settings';

const layers: Axis = { option: 'model.layers', scale: 'choice', values: [1, 2] };
const pooling: Axis = { option: 'model.pooling', scale: 'choice', values: ['mean', 'max', 'last'] };
const dropout: Axis = {
  option: 'model.dropout',
  scale: 'linear',
  from: 0,
  to: 0.3,
  step: 0.1,
  isWhole: false,
};
const rate: Axis = { option: 'rate', scale: 'log', from: 1e-4, to: 1e-1, isWhole: false };
const units: Axis = { option: 'units', scale: 'log', from: 1, to: 100, isWhole: true };

describe('a grid', () => {
  it('has every combination, the last option moving fastest', () => {
    expect([...gridSettings([layers, pooling])]).toEqual([
      { 'model.layers': 1, 'model.pooling': 'mean' },
      { 'model.layers': 1, 'model.pooling': 'max' },
      { 'model.layers': 1, 'model.pooling': 'last' },
      { 'model.layers': 2, 'model.pooling': 'mean' },
      { 'model.layers': 2, 'model.pooling': 'max' },
      { 'model.layers': 2, 'model.pooling': 'last' },
    ]);
  });

  it('has both ends of a range with steps, as a person writes them', () => {
    expect([...gridSettings([dropout])].map((settings) => settings['model.dropout'])).toEqual([
      0, 0.1, 0.2, 0.3,
    ]);
  });
});

describe('settings at random', () => {
  const take = (axes: Axis[], count: number, seed = 1) => {
    const settings = randomSettings(axes, createRandom(seed));
    return Array.from({ length: count }, () => settings.next().value!);
  };

  it('are the same for the same seed, and others for another', () => {
    expect(take([rate, pooling], 20)).toEqual(take([rate, pooling], 20));
    expect(take([rate, pooling], 20)).not.toEqual(take([rate, pooling], 20, 2));
  });

  it('come once each, until there are no more', () => {
    const axes = [layers, pooling, dropout];
    const key = (settings: unknown) => JSON.stringify(settings);
    for (let seed = 0; seed < 20; seed++) {
      const all = [...randomSettings(axes, createRandom(seed))].map(key);
      expect(all).toHaveLength(24);
      expect([...all].sort()).toEqual([...gridSettings(axes)].map(key).sort());
      expect(all).not.toEqual([...gridSettings(axes)].map(key));
    }
  });

  it('find the whole numbers that a log scale hardly ever gives', () => {
    const values = [...randomSettings([units], createRandom(3))].map(({ units }) => units as number);
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('are even in their order of magnitude on a log scale, and stay inside', () => {
    const values = take([rate], 3000).map(({ rate }) => rate as number);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1e-4);
    expect(Math.max(...values)).toBeLessThanOrEqual(1e-1);
    for (const [low, high] of [
      [1e-4, 1e-3],
      [1e-3, 1e-2],
      [1e-2, 1e-1],
    ] as const) {
      const inside = values.filter((value) => value >= low && value < high).length;
      expect(inside / values.length).toBeGreaterThan(1 / 3 - 0.04);
      expect(inside / values.length).toBeLessThan(1 / 3 + 0.04);
    }
  });

  it('have no more digits than a person reads', () => {
    for (const { rate: value } of take([rate], 100)) {
      expect(Number((value as number).toPrecision(4))).toBe(value);
    }
  });
});
