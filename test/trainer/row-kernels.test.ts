import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import { HumanError } from '../../src/protocol/human-error';
import { OVERHANG, RowMemory, sharedMemory } from '../../src/trainer/row-kernels';
import { expectClose } from '../support/close';

/** Four rows of `count` numbers from -1 to 1 with more such numbers around them, in a new memory. */
function setUp(count: number) {
  const random = createRandom(count);
  const memory = new RowMemory();
  const stride = count + OVERHANG;
  memory.reserve(1 + 4 * stride);
  const all = memory.array(0, 1 + 4 * stride);
  for (let i = 0; i < all.length; i++) all[i] = random.next() * 2 - 1;
  const addresses = [0, 1, 2, 3].map((row) => 4 * (1 + row * stride)) as [number, number, number, number];
  const rows = addresses.map((address) => memory.array(address, count));
  // Second moments are never negative.
  rows[2]!.forEach((value, i) => {
    rows[2]![i] = Math.abs(value);
  });
  return { kernels: memory.kernels, all, addresses, rows, before: all.slice() };
}

type SetUp = ReturnType<typeof setUp>;

/** What a kernel makes of the entries (p, m, v, g) of the four rows, in float64. */
type Expected = (p: number, m: number, v: number, g: number) => readonly [number, number, number, number];

function expectEntries({ all, rows, addresses, before }: SetUp, expected: Expected): void {
  const wanted = Array.from(before);
  for (let i = 0; i < rows[0]!.length; i++) {
    const at = addresses.map((address) => address / 4 + i);
    const [p, m, v, g] = at.map((index) => before[index]!);
    expected(p!, m!, v!, g!).forEach((value, row) => {
      wanted[at[row]!] = value;
    });
  }
  expectClose(all, wanted, 1e-6, 'memory');
}

describe('row kernels treat a row of any length, and nothing beside it', () => {
  for (const count of [1, 2, 3, 4, 5, 7, 8, 13]) {
    it(`add, ${count} numbers`, () => {
      const state = setUp(count);
      state.kernels.add(state.addresses[0], state.addresses[1], count);
      expectEntries(state, (p, m, v, g) => [p + m, m, v, g]);
    });

    it(`squares, ${count} numbers`, () => {
      const state = setUp(count);
      const expected = state.rows[1]!.reduce((sum, value) => sum + value * value, 0);
      expect(state.kernels.squares(state.addresses[1], count)).toBeCloseTo(expected, 12);
      expectEntries(state, (...entries) => entries);
    });

    it(`adam, ${count} numbers`, () => {
      const state = setUp(count);
      state.kernels.adam(...state.addresses, count, 0.5, 0.25, 0.75, 0.9, 0.1, 0.99, 0.01, 0.125, 0.375, 0.5);
      expectEntries(state, (p, m, v, gradient) => {
        const g = 0.5 * gradient + 0.25 * p;
        const [nextM, nextV] = [0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g];
        const next = 0.75 * p - (0.125 * nextM + 0.375 * g) / (Math.sqrt(nextV) + 0.5);
        return [next, nextM, nextV, gradient];
      });
    });

    it(`scaledGradient, ${count} numbers`, () => {
      const state = setUp(count);
      const [p, , v, g] = state.addresses;
      state.kernels.scaledGradient(p, v, g, count, 0.5, 0.25, 0.99, 0.01, 0.125, 0.5);
      expectEntries(state, (oldP, m, oldV, gradient) => {
        const scaled = 0.5 * gradient + 0.25 * oldP;
        const nextV = 0.99 * oldV + 0.01 * scaled * scaled;
        return [oldP - (0.125 * scaled) / (Math.sqrt(nextV) + 0.5), m, nextV, gradient];
      });
    });

    for (const center of [0, 1]) {
      it(`rmsprop, ${center ? 'centered' : 'not centered'}, ${count} numbers`, () => {
        // Four rows are there: the parameter is its own gradient.
        const state = setUp(count);
        const [p, a, v, b] = state.addresses;
        state.kernels.rmsprop(p, v, a, b, p, count, 0.5, 0.25, 0.99, 0.01, center, 0.9, 0.125, 0.5);
        expectEntries(state, (oldP, oldA, oldV, oldB) => {
          const g = 0.75 * oldP;
          const [nextV, nextA] = [0.99 * oldV + 0.01 * g * g, 0.99 * oldA + 0.01 * g];
          const variance = Math.max(0, nextV - center * nextA * nextA);
          const nextB = 0.9 * oldB + g / (Math.sqrt(variance) + 0.5);
          return [oldP - 0.125 * nextB, nextA, nextV, nextB];
        });
      });
    }

    it(`sgd, ${count} numbers`, () => {
      const state = setUp(count);
      const [p, , , g] = state.addresses;
      state.kernels.sgd(p, g, count, 0.5, 0.25, 0.125);
      expectEntries(state, (oldP, m, v, gradient) => [
        oldP - 0.125 * (0.5 * gradient + 0.25 * oldP),
        m,
        v,
        gradient,
      ]);
    });

    it(`momentum, ${count} numbers`, () => {
      const state = setUp(count);
      const [p, b, , g] = state.addresses;
      state.kernels.momentum(p, b, g, count, 0.5, 0.25, 0.9, 0.125, 0.375);
      expectEntries(state, (oldP, oldB, v, gradient) => {
        const scaled = 0.5 * gradient + 0.25 * oldP;
        const nextB = 0.9 * oldB + scaled;
        return [oldP - 0.125 * nextB - 0.375 * scaled, nextB, v, gradient];
      });
    });

    it(`momentumIdle, ${count} numbers`, () => {
      const state = setUp(count);
      const [p, b] = state.addresses;
      state.kernels.momentumIdle(p, b, count, 0.125, 0.25);
      expectEntries(state, (oldP, oldB, v, g) => [oldP - 0.125 * oldB, 0.25 * oldB, v, g]);
    });

    it(`momentumLook, ${count} numbers`, () => {
      const state = setUp(count);
      const [p, b] = state.addresses;
      state.kernels.momentumLook(p, b, count, 0.125);
      expectEntries(state, (oldP, oldB, v, g) => [oldP - 0.125 * oldB, oldB, v, g]);
    });

    it(`multiply, ${count} numbers`, () => {
      const state = setUp(count);
      state.kernels.multiply(state.addresses[2], count, 0.25);
      expectEntries(state, (p, m, v, g) => [p, m, 0.25 * v, g]);
    });

    it(`clip, ${count} numbers`, () => {
      const state = setUp(count);
      state.kernels.clip(state.addresses[3], count, 0.5);
      expectEntries(state, (p, m, v, g) => [p, m, v, Math.max(-0.5, Math.min(0.5, g))]);
    });

    it(`adamIdle, ${count} numbers`, () => {
      const state = setUp(count);
      const [p, m, v] = state.addresses;
      state.kernels.adamIdle(p, m, v, count, 0.75, 0.125, 0.5, 0.25, 0.375);
      expectEntries(state, (oldP, oldM, oldV, g) => [
        0.75 * oldP - (0.125 * oldM) / (Math.sqrt(oldV) + 0.5),
        0.25 * oldM,
        0.375 * oldV,
        g,
      ]);
    });

    it(`adamLook, ${count} numbers`, () => {
      const state = setUp(count);
      const [p, m, v] = state.addresses;
      state.kernels.adamLook(p, m, v, count, 0.75, 0.125, 0.5);
      expectEntries(state, (oldP, oldM, oldV, g) => [
        0.75 * oldP - (0.125 * oldM) / (Math.sqrt(oldV) + 0.5),
        oldM,
        oldV,
        g,
      ]);
    });
  }

  it.each([
    ['of one thread', undefined],
    ['of several', sharedMemory()],
  ])('says so where a table cannot fit into the memory %s', (_, memory) => {
    expect(() => new RowMemory(undefined, memory).reserve(2 ** 30)).toThrow(HumanError);
  });
});
