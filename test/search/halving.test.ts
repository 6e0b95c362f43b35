import { describe, expect, it } from 'vitest';
import { successiveHalving } from '../../src/search/halving';
import { seededRandom } from '../runs/support';

/** After which epoch each trial ends, `epochs` for those that are not stopped; one after the other. */
function endings(
  curves: readonly (readonly number[])[],
  options: { factor: number; firstEpoch: number },
  higherIsBetter = false,
): number[] {
  const halving = successiveHalving(options, higherIsBetter);
  return curves.map((curve) => {
    const stop = curve.findIndex((value, i) => !halving.goesOn(i + 1, value));
    return stop < 0 ? curve.length : stop + 1;
  });
}

const constant = (value: number) => Array.from({ length: 9 }, () => value);

describe('successive halving', () => {
  it('lets the best third at each rung go on', () => {
    // Losses, rungs after epochs 1, 3 and 9. The first is alone; until there are six, only the best goes on.
    const losses = [0.5, 0.6, 0.4, 0.45, 0.3, 0.35, 0.36, 0.2];
    expect(endings(losses.map(constant), { factor: 3, firstEpoch: 1 })).toEqual([
      9, // the only one
      1, // 2nd of 2, one goes on
      9, // 1st of 3; after epoch 3 1st of 2
      1, // 2nd of 4, one goes on
      9, // 1st of 5
      3, // 2nd of 6, two go on; after epoch 3 2nd of 4, one goes on
      1, // 3rd of 7
      9,
    ]);
  });

  it('asks only at its rungs', () => {
    const curve = [0.1, 9, 9, 9, 9, 9, 9, 9, 9];
    const first = constant(0.2);
    // Good after epoch 2? No: looked at after epochs 2, 4 and 8.
    expect(endings([first, curve], { factor: 2, firstEpoch: 2 })).toEqual([9, 2]);
    expect(endings([first, curve], { factor: 3, firstEpoch: 1 })).toEqual([9, 3]);
  });

  it('goes on with equals, and with what is higher where that is better', () => {
    expect(endings([constant(1), constant(1)], { factor: 3, firstEpoch: 1 })).toEqual([9, 9]);
    expect(endings([constant(1), constant(2), constant(1)], { factor: 3, firstEpoch: 1 }, true)).toEqual([
      9, 9, 1,
    ]);
  });

  it('ends a trial without a value', () => {
    const halving = successiveHalving({ factor: 3, firstEpoch: 1 }, false);
    expect(halving.goesOn(1, null)).toBe(false);
    expect(halving.goesOn(2, null)).toBe(true);
  });

  it('does as the definition says, on curves of all kinds', () => {
    const seed = Math.floor(Math.random() * 1e9);
    const random = seededRandom(seed);
    for (let round = 0; round < 50; round++) {
      const factor = 2 + Math.floor(random() * 3);
      const firstEpoch = 1 + Math.floor(random() * 3);
      const higherIsBetter = random() < 0.5;
      const curves = Array.from({ length: 30 }, () =>
        Array.from({ length: 20 }, () => Math.floor(random() * 40)),
      );
      const found = endings(curves, { factor, firstEpoch }, higherIsBetter);
      expect(found, `seed ${seed}, round ${round}`).toEqual(
        byDefinition(curves, factor, firstEpoch, higherIsBetter),
      );
    }
  });
});

/** Counts anew at each rung how many of the earlier trials that got there are strictly better. */
function byDefinition(
  curves: readonly (readonly number[])[],
  factor: number,
  firstEpoch: number,
  higherIsBetter: boolean,
): number[] {
  const ends: number[] = [];
  for (const [index, curve] of curves.entries()) {
    let end = curve.length;
    for (let rung = firstEpoch; rung <= curve.length; rung *= factor) {
      const own = curve[rung - 1]!;
      const earlier = curves.slice(0, index).filter((_, i) => ends[i]! >= rung);
      const better = earlier.filter((other) =>
        higherIsBetter ? other[rung - 1]! > own : other[rung - 1]! < own,
      ).length;
      const places = Math.max(1, Math.floor((earlier.length + 1) / factor));
      if (better >= places) {
        end = rung;
        break;
      }
    }
    ends.push(end);
  }
  return ends;
}
