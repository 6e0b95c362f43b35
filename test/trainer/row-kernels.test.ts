import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/data/random';
import type { IdleKernel, StepKernel } from '../../src/nn/optimizers/optimizer';
import { HumanError } from '../../src/protocol/human-error';
import {
  KERNEL_NUMBERS,
  kernelNumber,
  OVERHANG,
  RowMemory,
  sharedMemory,
} from '../../src/trainer/row-kernels';
import { expectClose } from '../support/close';

const ROWS = 6;
/** Rows that a list names at most. */
const LISTED = 5;
const STATES = 3;

/**
 * Tables of `ROWS` rows of `width` numbers from -1 to 1 (a parameter and its state; row 0 is zeros, as padding is),
 * a gradient for each row and room for `LISTED` rows, with more such numbers around them, in a new memory.
 */
function setUp(width: number, secondMoment?: number) {
  const random = createRandom(width);
  const memory = new RowMemory();
  let size = 0;
  const take = (count: number) => {
    const address = 4 * size;
    size += count;
    return address;
  };
  const stride = 4 * (ROWS * width + OVERHANG);
  take((1 + STATES) * (stride / 4) + 1);
  const gradients = Array.from({ length: ROWS }, () => take(width + OVERHANG));
  const to = take(LISTED * width + OVERHANG);
  const numbers = take(KERNEL_NUMBERS);
  const stretches = [take(3 + STATES), take(3 + STATES)] as const;
  const [rows, idle, gradientAt] = [take(LISTED), take(LISTED), take(LISTED)];
  memory.reserve(size);
  const all = memory.array(0, size);
  for (let i = 0; i < size; i++) all[i] = random.next() * 2 - 1;
  for (let table = 0; table <= STATES; table++)
    all.fill(0, (table * stride) / 4, (table * stride) / 4 + width);
  if (secondMoment !== undefined) {
    const moment = memory.array((1 + secondMoment) * stride, ROWS * width);
    moment.forEach((value, i) => {
      moment[i] = Math.abs(value);
    });
  }
  return {
    ...{ kernels: memory.kernels, width, stride, gradients, to, numbers, stretches, rows, idle, gradientAt },
    all,
    words: memory.integers(0, size),
    rowAt: (row: number) => 4 * width * row,
    /** Puts numbers or addresses where a kernel finds them. */
    put: (address: number, values: readonly number[], as: 'array' | 'integers' = 'array') => {
      memory[as](address, values.length).set(values);
    },
  };
}

type SetUp = ReturnType<typeof setUp>;

/** What a kernel makes of a number of a row and its state, in float64. */
type Next = (p: number, state: readonly number[], g: number) => readonly number[];

/** The row without a gradient, if it is in a list. */
const WITHOUT_GRADIENT = 1;

/** The indices of number `i` of a row and its state, and what is there. */
function entryOf({ all, width, stride, gradients }: SetUp, row: number, i: number) {
  const at = Array.from({ length: 1 + STATES }, (_, table) => (table * stride) / 4 + row * width + i);
  const [p, ...state] = at.map((index) => all[index]!);
  const g = row === WITHOUT_GRADIENT ? 0 : all[gradients[row]! / 4 + i]!;
  return { at, entry: [p!, state, g] as const };
}

/** The numbers that kernels change in these rows, by their indices. */
function changesOf(memory: SetUp, rows: Readonly<Record<number, Next>>): Map<number, number> {
  const changes = new Map<number, number>();
  for (const [row, next] of Object.entries(rows)) {
    for (let i = 0; i < memory.width; i++) {
      const { at, entry } = entryOf(memory, Number(row), i);
      next(...entry).forEach((value, table) => {
        if (!Object.is(value, memory.all[at[table]!])) changes.set(at[table]!, value);
      });
    }
  }
  return changes;
}

/**
 * Calls a kernel, and expects these numbers by their indices, bit for bit those that `copies` says where to find, and
 * all else as it was.
 */
function expectMemory(
  { all, words }: SetUp,
  call: () => void,
  changes: ReadonlyMap<number, number> = new Map(),
  copies: ReadonlyMap<number, number> = new Map(),
): void {
  const wanted = words.slice();
  for (const [to, from] of copies) wanted[to] = words[from]!;
  call();
  const changed = [...changes.keys()];
  const found = changed.map((index) => all[index]!);
  expectClose(found, [...changes.values()], 1e-6, 'changed number');
  for (const index of changed) wanted[index] = words[index]!;
  expect(words).toEqual(wanted);
}

interface StepCase {
  readonly name?: string;
  readonly kernel: StepKernel;
  readonly numbers: readonly number[];
  readonly states: number;
  /** The number of the state tensor that is never negative. */
  readonly secondMoment?: number;
  readonly next: Next;
  /** How such a row goes on without a gradient: two stretches of idle steps. */
  readonly idle?: { readonly kernel: IdleKernel; readonly stretches: readonly (readonly number[])[] };
}

const steps: readonly StepCase[] = [
  {
    kernel: 'adam',
    numbers: [0.5, 0.25, 0.75, 0.9, 0.1, 0.99, 0.01, 0.125, 0.375, 0.5],
    states: 2,
    secondMoment: 1,
    next: (p, [m, v], gradient) => {
      const g = 0.5 * gradient + 0.25 * p;
      const [nextM, nextV] = [0.9 * m! + 0.1 * g, 0.99 * v! + 0.01 * g * g];
      return [0.75 * p - (0.125 * nextM + 0.375 * g) / (Math.sqrt(nextV) + 0.5), nextM, nextV];
    },
    idle: {
      kernel: 'adamIdle',
      stretches: [
        [0.75, 0.125, 0.5, 0.25, 0.375],
        [0.5, 0.375, 0.75, 0.5, 0.875],
      ],
    },
  },
  {
    kernel: 'scaledGradient',
    numbers: [0.5, 0.25, 0.99, 0.01, 0.125, 0.5],
    states: 1,
    secondMoment: 0,
    next: (p, [v], gradient) => {
      const g = 0.5 * gradient + 0.25 * p;
      const nextV = 0.99 * v! + 0.01 * g * g;
      return [p - (0.125 * g) / (Math.sqrt(nextV) + 0.5), nextV];
    },
    idle: {
      kernel: 'momentumIdle',
      stretches: [
        [1, 0, 1, 0.25],
        [1, 0, 1, 0.75],
      ],
    },
  },
  ...[0, 1].map(
    (center): StepCase => ({
      name: `rmsprop, ${center ? 'centered' : 'not centered'}`,
      kernel: 'rmsprop',
      numbers: [0.5, 0.25, 0.99, 0.01, center, 0.9, 0.125, 0.5],
      states: 3,
      secondMoment: 0,
      next: (p, [v, a, b], gradient) => {
        const g = 0.5 * gradient + 0.25 * p;
        const [nextV, nextA] = [0.99 * v! + 0.01 * g * g, 0.99 * a! + 0.01 * g];
        const variance = Math.max(0, nextV - center * nextA * nextA);
        const nextB = 0.9 * b! + g / (Math.sqrt(variance) + 0.5);
        return [p - 0.125 * nextB, nextV, nextA, nextB];
      },
      idle: {
        kernel: 'momentumIdle',
        stretches: [
          [1, 0.125, 0, 0.5, 0.375, 0.25],
          [1, 0.25, 0, 0.25, 0.75, 0.875],
        ],
      },
    }),
  ),
  {
    kernel: 'sgd',
    numbers: [0.5, 0.25, 0.125],
    states: 0,
    next: (p, _, gradient) => [p - 0.125 * (0.5 * gradient + 0.25 * p)],
  },
  {
    kernel: 'momentum',
    numbers: [0.5, 0.25, 0.9, 0.125, 0.375],
    states: 1,
    next: (p, [b], gradient) => {
      const g = 0.5 * gradient + 0.25 * p;
      const nextB = 0.9 * b! + g;
      return [p - 0.125 * nextB - 0.375 * g, nextB];
    },
    idle: {
      kernel: 'momentumIdle',
      stretches: [
        [1, 0.125, 0, 0.25],
        [1, 0.375, 0, 0.5],
      ],
    },
  },
];

/** A parameter after a stretch of idle steps: keep, moved, epsilon, and a factor for each tensor of the state. */
const idleSteps: Record<
  IdleKernel,
  (p: number, state: readonly number[], stretch: readonly number[]) => number
> = {
  adamIdle: (p, [m, v], [keep, moved, epsilon]) => keep! * p - (moved! * m!) / (Math.sqrt(v!) + epsilon!),
  momentumIdle: (p, state, [, moved]) => p - moved! * state.at(-1)!,
};

/** Parameter and state after stretch number `i` of idle steps. */
const caughtUp =
  ({ idle, states }: StepCase, i: number): Next =>
  (p, state) => {
    const [kernel, stretch] = [idle!.kernel, idle!.stretches[i]!];
    const own = state.slice(0, states);
    return [idleSteps[kernel](p, own, stretch), ...own.map((value, k) => stretch[3 + k]! * value)];
  };

const inTurn =
  (first: Next, second: Next): Next =>
  (p, state, g) => {
    const [nextP, ...nextState] = first(p, state, g);
    return second(nextP!, nextState, g);
  };

/** A memory with all that the kernels of an optimizer compute with, and nothing more. */
function setUpFor({ secondMoment, numbers, idle, kernel }: StepCase, width: number) {
  const memory = setUp(width, secondMoment);
  memory.put(memory.numbers, [
    ...numbers,
    ...Array<number>(KERNEL_NUMBERS - numbers.length).fill(Number.NaN),
  ]);
  idle?.stretches.forEach((stretch, i) => {
    memory.put(memory.stretches[i]!, stretch);
  });
  return { memory, kernel: kernelNumber(kernel), idleKernel: kernelNumber(idle?.kernel) };
}

/** Rows, each with the number of the stretch of idle steps that it has to make up for, if any. */
type Listed = readonly (readonly [row: number, stretch?: 0 | 1])[];

/** Puts the list where a kernel finds it. */
function list(memory: SetUp, listed: Listed): number {
  memory.put(
    memory.rows,
    listed.map(([row]) => row),
    'integers',
  );
  memory.put(
    memory.idle,
    listed.map(([, stretch]) => (stretch === undefined ? 0 : memory.stretches[stretch])),
    'integers',
  );
  memory.put(
    memory.gradientAt,
    // That of padding, which is zeros.
    listed.map(([row]) => (row === WITHOUT_GRADIENT ? 0 : memory.gradients[row]!)),
    'integers',
  );
  return listed.length;
}

describe('row kernels treat a row of any length, and nothing beside it', () => {
  for (const width of [1, 2, 3, 4, 5, 7, 8, 13]) {
    it(`add, ${width} numbers`, () => {
      const memory = setUp(width);
      const { kernels, gradients, rowAt } = memory;
      const changes = changesOf(memory, { 2: (p, _, g) => [p + g] });
      expectMemory(memory, () => kernels.add(rowAt(2), gradients[2]!, width), changes);
    });

    it(`squares, ${width} numbers`, () => {
      const memory = setUp(width);
      const { kernels, all, rowAt } = memory;
      const row = all.subarray(rowAt(2) / 4, rowAt(3) / 4);
      const expected = row.reduce((sum, value) => sum + value * value, 0);
      expectMemory(memory, () => expect(kernels.squares(rowAt(2), width)).toBeCloseTo(expected, 12));
    });

    it(`clip, ${width} numbers`, () => {
      const memory = setUp(width);
      const { kernels, rowAt } = memory;
      const changes = changesOf(memory, { 2: (p) => [Math.max(-0.5, Math.min(0.5, p))] });
      expectMemory(memory, () => kernels.clip(rowAt(2), width, 0.5), changes);
    });

    it(`touch, ${width} numbers`, () => {
      const memory = setUp(width);
      const { kernels, rows, stride } = memory;
      const count = list(memory, [[2], [5], [0]]);
      expectMemory(memory, () => kernels.touch(rows, count, 4 * width, 1 + STATES, stride));
    });

    for (const rule of steps) {
      const { states, idle, next } = rule;
      const name = rule.name ?? rule.kernel;

      it(`step, ${name}, ${width} numbers`, () => {
        const { memory, kernel } = setUpFor(rule, width);
        const { kernels, stride, gradients, numbers, rowAt } = memory;
        const changes = changesOf(memory, { 2: next });
        expectMemory(
          memory,
          () => kernels.step(kernel, rowAt(2), stride, gradients[2]!, width, numbers),
          changes,
        );
      });

      it(`stepRows, ${name}, ${idle ? 'behind idle steps or not' : 'without idle steps'}, ${width} numbers`, () => {
        const { memory, kernel, idleKernel } = setUpFor(rule, width);
        const { kernels, stride, rows, idle: idleAt, gradientAt, numbers } = memory;
        const count = list(memory, idle ? [[4, 1], [1], [5, 0], [2, 1]] : [[4], [1], [5], [2]]);
        const behind = (stretch: 0 | 1) => (idle ? inTurn(caughtUp(rule, stretch), next) : next);
        const changes = changesOf(memory, { 4: behind(1), 1: next, 5: behind(0), 2: behind(1) });
        expectMemory(
          memory,
          () =>
            kernels.stepRows(
              ...[kernel, idleKernel, rows, idleAt, count],
              ...[width, stride, states, gradientAt, numbers],
            ),
          changes,
        );
      });

      it(`readRows, ${name}, ${idle ? 'moved or as they are' : 'as they are'}, ${width} numbers`, () => {
        const { memory, idleKernel } = setUpFor(rule, width);
        const { kernels, stride, to, rows, idle: idleAt } = memory;
        // Not a number, -0 and the smallest of all: only a copy has the same bits.
        memory.put(memory.rowAt(1), [0x7fa12345, -(2 ** 31), 1].slice(0, width), 'integers');
        const listed: Listed = idle ? [[4, 1], [1], [2, 0], [0], [4, 1]] : [[4], [1], [2], [0], [4]];
        const count = list(memory, listed);
        const [changes, copies] = [new Map<number, number>(), new Map<number, number>()];
        listed.forEach(([row, stretch], k) => {
          for (let i = 0; i < width; i++) {
            const { at, entry } = entryOf(memory, row, i);
            const place = to / 4 + k * width + i;
            if (stretch === undefined) copies.set(place, at[0]!);
            else changes.set(place, caughtUp(rule, stretch)(...entry)[0]!);
          }
        });
        expectMemory(
          memory,
          () => kernels.readRows(idleKernel, rows, idleAt, count, width, stride, states, to),
          changes,
          copies,
        );
      });

      if (!idle) continue;

      it(`catchUp, ${name}, ${width} numbers`, () => {
        const { memory, idleKernel } = setUpFor(rule, width);
        const { kernels, stride, stretches, rowAt } = memory;
        const changes = changesOf(memory, { 2: caughtUp(rule, 0) });
        expectMemory(
          memory,
          () => kernels.catchUp(idleKernel, rowAt(2), stride, states, width, stretches[0]),
          changes,
        );
      });
    }
  }

  it.each([
    ['of one thread', undefined],
    ['of several', sharedMemory()],
  ])('says so where a table cannot fit into the memory %s', (_, memory) => {
    expect(() => new RowMemory(undefined, memory).reserve(2 ** 30)).toThrow(HumanError);
  });
});
