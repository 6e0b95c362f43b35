import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../src/data/random';
import { createOptimizer, type OptimizerOptions } from '../../src/nn/optimizers';
import { createSchedule, type ScheduleOptions } from '../../src/nn/schedules';
import { floatTensor, type Tensor, type Tensors } from '../../src/runtime/executor';
import { ParameterStore } from '../../src/trainer/parameters';
import { updateProgram } from '../../src/trainer/programs';
import { KERNEL_NUMBERS, kernelNumber, OVERHANG, RowMemory } from '../../src/trainer/row-kernels';
import { RowTable } from '../../src/trainer/row-table';
import { expectClose, largestError } from '../support/close';
import { referenceOptimizer } from '../support/reference-optimizers';
import { executor } from '../support/run';
import { type TorchTensor, torchCases } from '../support/torch';

interface CaseHead {
  readonly name: string;
  readonly optimizer: OptimizerOptions['type'];
  /** Under our names, but for `betas`. */
  readonly options: { readonly betas?: readonly [number, number] };
  readonly start: TorchTensor;
}

interface DenseCase extends CaseHead {
  readonly kind: 'dense';
  readonly learningRate: number;
  readonly gradients: readonly TorchTensor[];
  readonly after: readonly TorchTensor[];
}

interface SparseCase extends CaseHead {
  readonly kind: 'sparse';
  readonly learningRates: readonly number[];
  readonly gradients: readonly { readonly rows: readonly number[]; readonly values: readonly number[] }[];
  readonly after: readonly { readonly step: number; readonly table: TorchTensor }[];
}

const cases = torchCases<DenseCase | SparseCase>('optimizers');
const denseCases = cases.filter((fixture) => fixture.kind === 'dense');
const sparseCases = cases.filter((fixture) => fixture.kind === 'sparse');

function optionsOf({ optimizer: type, options }: CaseHead): OptimizerOptions {
  const { betas, ...rest } = options;
  // The rate is given anew in every step; what stands here must have no influence.
  const own = { type, learningRate: Number.NaN, ...rest };
  return (betas ? { ...own, beta1: betas[0], beta2: betas[1] } : own) as OptimizerOptions;
}

/** One way to take dense steps; each call is one step and returns the parameter after it. */
type Stepper = (gradient: readonly number[], learningRate: number) => Promise<ArrayLike<number>>;

async function compiledStepper(options: OptimizerOptions, start: TorchTensor, clipped: boolean) {
  const optimizer = createOptimizer(options);
  const { shape } = start;
  const clip = { gradientClip: clipped ? 1 : 0, gradientClipBy: 'norm' } as const;
  const executable = await executor.compile(updateProgram([{ name: 'p', shape }], optimizer, clip));
  const state = Object.entries(optimizer.state).map(([name, value]): [string, Tensor] => [
    `p.${name}`,
    floatTensor(shape, Array(start.data.length).fill(value)),
  ]);
  let current: Tensors = { p: floatTensor(shape, start.data), ...Object.fromEntries(state) };
  const names = Object.keys(current);
  let step = 0;
  const take: Stepper = async (gradient, learningRate) => {
    step++;
    const scalars = {
      ...optimizer.scalars(step, learningRate),
      ...(clipped ? { gradientScale: 0.25 } : {}),
    };
    const results = await executable.run({
      ...current,
      p_grad: floatTensor(shape, clipped ? gradient.map((value) => 4 * value) : gradient),
      ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, floatTensor([], [value])])),
    });
    current = Object.fromEntries(names.map((name) => [name, results[`${name}_next`]!]));
    return current.p!.data as Float32Array;
  };
  return { take, release: () => executable.release() };
}

function storeStepper(options: OptimizerOptions, { shape, data }: TorchTensor): Stepper {
  const initializer = { type: 'zeros' } as const;
  const specs = [
    { name: 'other', shape: [3], initializer },
    { name: 'p', shape, initializer },
  ];
  const store = new ParameterStore(specs, createOptimizer(options));
  store.restore({ p: data });
  let step = 0;
  return async (gradient, learningRate) => {
    step++;
    (store.gradients[0]!.p_grad!.data as Float32Array).set(gradient.map((value) => 4 * value));
    store.update({ step, learningRate, scale: 0.25 });
    return store.values.p!.data as Float32Array;
  };
}

function loopStepper(options: OptimizerOptions, start: TorchTensor): Stepper {
  const optimizer = createOptimizer(options);
  const size = start.data.length;
  const memory = new RowMemory();
  // The table, its state and the gradient, three numbers before the latter, and what the kernel computes with.
  const starts = Object.values(optimizer.state);
  const stride = size + OVERHANG;
  const behind = (2 + starts.length) * stride + 3;
  memory.reserve(behind + KERNEL_NUMBERS);
  const table = memory.array(0, size);
  table.set(start.data);
  starts.forEach((value, i) => {
    memory.array(4 * (i + 1) * stride, size).fill(value);
  });
  const scaled = memory.array(4 * (1 + starts.length) * stride, size + 3);
  const numbers = memory.array(4 * behind, KERNEL_NUMBERS);
  let step = 0;
  return async (gradient, learningRate) => {
    step++;
    const { kernel, numbers: numbersOf } = optimizer.inPlace;
    numbers.set(numbersOf(0.25, optimizer.scalars(step, learningRate)));
    scaled.set([...Array(3).fill(Number.NaN), ...gradient].map((value) => 4 * value));
    // In two slices, as rows are: no entry may see another's state.
    for (const [first, end] of [
      [0, 5],
      [5, table.length],
    ] as const) {
      const at = ({ byteOffset }: Float32Array) => byteOffset + 4 * first;
      memory.kernels.step(
        ...[kernelNumber(kernel), at(table), 4 * stride],
        ...[at(scaled) + 4 * 3, end - first, numbers.byteOffset],
      );
    }
    return table;
  };
}

describe('optimizers equal PyTorch on dense gradients', () => {
  for (const fixture of denseCases) {
    const { name, start, gradients, after, learningRate } = fixture;
    const follow = async (take: Stepper) => {
      for (const [i, { data }] of gradients.entries()) {
        expectClose(await take(data, learningRate), after[i]!.data, 1e-6, `step ${i + 1}`);
      }
    };
    for (const clipped of [false, true]) {
      it(`${name}, compiled${clipped ? ', with a scaled gradient' : ''}`, async () => {
        const { take, release } = await compiledStepper(optionsOf(fixture), start, clipped);
        await follow(take);
        await release();
      });
    }
    it(`${name}, in a parameter store`, () => follow(storeStepper(optionsOf(fixture), start)));
    it(`${name}, row by row`, () => follow(loopStepper(optionsOf(fixture), start)));
  }

  it('tries every optimizer, with each of its options', () => {
    expect([...new Set(denseCases.map(({ optimizer }) => optimizer))].sort()).toEqual([
      'adagrad',
      'adam',
      'adamW',
      'nadam',
      'radam',
      'rmsprop',
      'sgd',
    ]);
  });
});

/** Row 0 of our tables is padding, so that row r of a reference is row r + 1 here. */
class ShiftedTable {
  readonly rows: RowTable;
  readonly width: number;

  constructor(options: OptimizerOptions, start: ArrayLike<number>, rowCount: number) {
    this.width = start.length / rowCount;
    const table = new Float32Array(start.length + this.width);
    table.set(start, this.width);
    this.rows = new RowTable(table, rowCount + 1, createOptimizer(options));
  }

  /** Each row is named twice, with a quarter and three quarters of its gradient. */
  step(step: number, rows: readonly number[], values: ArrayLike<number>, learningRate: number): void {
    const ids = [...rows, 0, ...rows].map((row, i) => (i === rows.length ? 0 : row + 1));
    const gradient = new Float32Array(ids.length * this.width).fill(7);
    gradient.set(Array.from(values, (value) => value * 0.25));
    gradient.set(
      Array.from(values, (value) => value * 0.75),
      (rows.length + 1) * this.width,
    );
    this.rows.gather(ids);
    this.rows.gradient.set(gradient);
    this.rows.accumulate();
    this.rows.update(step, learningRate, 1);
  }

  settled(): Float32Array {
    this.rows.settle();
    return this.rows.table.slice(this.width);
  }
}

describe('a table of which few rows are touched equals PyTorch on dense gradients', () => {
  for (const fixture of sparseCases) {
    const { name, start, gradients, learningRates, after } = fixture;
    /** `settleAt`: bringing rows up to date earlier than needed must make no difference. */
    for (const settleAt of ['the end', 'every check', 'every step'] as const) {
      it(`${name}, settled at ${settleAt}`, () => {
        const table = new ShiftedTable(optionsOf(fixture), start.data, start.shape[0]!);
        const last = after.at(-1)!.step;
        gradients.forEach(({ rows, values }, i) => {
          table.step(i + 1, rows, values, learningRates[i]!);
          if (settleAt === 'every step') table.rows.settle();
          const check = after.find(({ step }) => step === i + 1);
          if (check && (settleAt !== 'the end' || check.step === last)) {
            expectClose(table.settled(), check.table.data, 2e-6, `step ${check.step}`);
          }
        });
        expect([...table.rows.table.subarray(0, table.width)]).toEqual([0, 0, 0, 0]);
      });
    }

    it(`${name}: the float64 reference of the tests below`, () => {
      const reference = referenceOptimizer(optionsOf(fixture), start.data);
      gradients.forEach(({ rows, values }, i) => {
        const dense = new Float64Array(start.data.length);
        const width = start.shape[1]!;
        rows.forEach((row, k) => {
          dense.set(values.slice(k * width, (k + 1) * width), row * width);
        });
        reference.step(dense, learningRates[i]!);
        const check = after.find(({ step }) => step === i + 1);
        if (check) expectClose(reference.parameter, check.table.data, 5e-9, `step ${check.step}`);
      });
    });
  }
});

const adam = {
  type: 'adam',
  learningRate: Number.NaN,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
} as const;
const sgd = {
  type: 'sgd',
  learningRate: Number.NaN,
  momentum: 0.9,
  nesterov: false,
  weightDecay: 0,
} as const;
const nadam = { ...adam, type: 'nadam', momentumDecay: 0.004 } as const;
const radam = { ...adam, type: 'radam' } as const;
const rmsprop = {
  type: 'rmsprop',
  learningRate: Number.NaN,
  alpha: 0.99,
  epsilon: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
} as const;
const adagrad = {
  type: 'adagrad',
  learningRate: Number.NaN,
  learningRateDecay: 0,
  initialAccumulator: 0,
  epsilon: 1e-10,
  weightDecay: 0,
} as const;

interface RareRows {
  readonly name: string;
  readonly options: OptimizerOptions;
  /** Gradients have sizes of a tenth of this up to this. */
  readonly gradientSize: number;
  readonly learningRate?: (step: number) => number;
  readonly steps?: number;
}

/**
 * Trains a table whose rows are the rarer the later they stand (row 0 in every step, the last in
 * one of 180) against the dense reference. Returns the largest difference at any of the checks.
 */
function trainRareRows({ options, gradientSize, learningRate = () => 0.05, steps = 300 }: RareRows): number {
  const random = createRandom(17);
  const [rowCount, width] = [11, 4];
  const start = Float32Array.from({ length: rowCount * width }, () => random.normal());
  const table = new ShiftedTable(options, start, rowCount);
  const reference = referenceOptimizer(options, start);
  let worst = 0;
  for (let step = 1; step <= steps; step++) {
    const rows = Array.from({ length: rowCount }, (_, row) => row).filter(
      (row) => row === 0 || random.next() < 1 / (1.5 * (row + 1) ** 2),
    );
    const values = Float32Array.from(
      { length: rows.length * width },
      () => gradientSize * (0.1 + 0.9 * random.next()) * (random.next() < 0.5 ? -1 : 1),
    );
    table.step(step, rows, values, learningRate(step));
    const dense = new Float64Array(start.length);
    rows.forEach((row, i) => {
      dense.set(values.subarray(i * width, (i + 1) * width), row * width);
    });
    reference.step(dense, learningRate(step));
    if (step % 100 === 0) worst = Math.max(worst, largestError(table.settled(), reference.parameter).error);
  }
  return worst;
}

describe('rows that are touched rarely move as under the dense optimizer, in float64', () => {
  const schedules: ScheduleOptions[] = [
    ...(['constant', 'linear', 'cosine'] as const).flatMap((type) =>
      [0, 200].map((warmupSteps) => ({ type, warmupSteps })),
    ),
    { type: 'step', every: 1, gamma: 0.1 },
    { type: 'cosineRestarts', firstCycle: 1, factor: 2, minimum: 0 },
    { type: 'oneCycle', rise: 0.3, startDivisor: 25, endDivisor: 1e4, shape: 'cosine' },
  ];
  const course = { learningRate: 0.05, totalSteps: 300, stepsPerEpoch: 100, isHigherBetter: false };
  const warmUpAndDecay = (step: number) => 0.05 * Math.min(step / 40, 1 - step / 400);
  const rows: RareRows[] = [
    { name: 'adam', options: adam, gradientSize: 1 },
    { name: 'adam, small gradients', options: adam, gradientSize: 0.01 },
    { name: 'adam, 3000 steps', options: adam, gradientSize: 1, learningRate: () => 0.001, steps: 3000 },
    { name: 'adam, a schedule', options: adam, gradientSize: 1, learningRate: warmUpAndDecay },
    { name: 'adam without momentum', options: { ...adam, beta1: 0 }, gradientSize: 1 },
    { name: 'adam, beta2 0.95', options: { ...adam, beta2: 0.95 }, gradientSize: 1 },
    { name: 'adam, weight decay', options: { ...adam, weightDecay: 0.01 }, gradientSize: 1 },
    { name: 'adamW', options: { ...adam, type: 'adamW', weightDecay: 0.1 }, gradientSize: 1 },
    {
      name: 'adamW, a schedule',
      options: { ...adam, type: 'adamW', weightDecay: 0.1 },
      gradientSize: 1,
      learningRate: warmUpAndDecay,
    },
    { name: 'sgd', options: { ...sgd, momentum: 0 }, gradientSize: 1 },
    { name: 'sgd, momentum', options: sgd, gradientSize: 1 },
    { name: 'sgd, momentum 0.99', options: { ...sgd, momentum: 0.99 }, gradientSize: 0.1 },
    { name: 'sgd, nesterov', options: { ...sgd, nesterov: true }, gradientSize: 1 },
    { name: 'sgd, a schedule', options: sgd, gradientSize: 1, learningRate: warmUpAndDecay },
    { name: 'sgd, weight decay', options: { ...sgd, weightDecay: 0.01 }, gradientSize: 1 },
    { name: 'nadam', options: nadam, gradientSize: 1 },
    { name: 'nadam, small gradients', options: nadam, gradientSize: 0.01 },
    { name: 'nadam, momentum decay 0.1', options: { ...nadam, momentumDecay: 0.1 }, gradientSize: 1 },
    { name: 'nadam, weight decay', options: { ...nadam, weightDecay: 0.01 }, gradientSize: 1 },
    { name: 'radam', options: radam, gradientSize: 1 },
    { name: 'radam, small gradients', options: radam, gradientSize: 0.01 },
    { name: 'radam, trusted later', options: { ...radam, beta2: 0.85, beta1: 0.8 }, gradientSize: 1 },
    { name: 'radam, never trusted', options: { ...radam, beta2: 0.6, beta1: 0.5 }, gradientSize: 1 },
    { name: 'radam, weight decay', options: { ...radam, weightDecay: 0.01 }, gradientSize: 1 },
    { name: 'rmsprop', options: rmsprop, gradientSize: 1 },
    { name: 'rmsprop, momentum', options: { ...rmsprop, momentum: 0.9 }, gradientSize: 1 },
    { name: 'rmsprop, centered', options: { ...rmsprop, centered: true }, gradientSize: 1 },
    { name: 'rmsprop, weight decay', options: { ...rmsprop, weightDecay: 0.01 }, gradientSize: 1 },
    { name: 'adagrad', options: adagrad, gradientSize: 1 },
    {
      name: 'adagrad, from a sum of 0.5',
      options: { ...adagrad, learningRateDecay: 0.01, initialAccumulator: 0.5 },
      gradientSize: 1,
    },
    { name: 'adagrad, weight decay', options: { ...adagrad, weightDecay: 0.01 }, gradientSize: 1 },
    ...[
      adam,
      { ...adam, type: 'adamW', weightDecay: 0.1 } as const,
      nadam,
      radam,
      { ...rmsprop, momentum: 0.9 },
      sgd,
    ].flatMap((options) =>
      schedules.map((schedule) => ({
        name: `${options.type}, ${JSON.stringify(schedule)}`,
        options,
        gradientSize: 1,
        learningRate: createSchedule(schedule, course).rate,
      })),
    ),
  ];
  for (const row of rows) {
    it(row.name, () => {
      expect(trainRareRows(row)).toBeLessThan(1e-5);
    });
  }
});

/** Options anywhere in what the schema allows, within reason. */
function randomOptions(random: Random): OptimizerOptions {
  const pick = <T>(...values: readonly T[]): T => values[random.integer(values.length)]!;
  const moments = {
    learningRate: Number.NaN,
    beta1: pick(0, 0.5, 0.9, 0.95, 0.99),
    beta2: pick(0.3, 0.5, 0.7, 0.9, 0.98, 0.999, 0.9999),
    epsilon: pick(1e-10, 1e-8, 1e-6),
    weightDecay: pick(0, 0, 0.01),
  };
  const momentum = pick(0, 0.5, 0.9, 0.99);
  return pick<OptimizerOptions>(
    { ...moments, type: 'adam' },
    { ...moments, type: 'adamW' },
    { ...moments, type: 'nadam', momentumDecay: pick(0, 0.004, 0.1) },
    { ...moments, type: 'radam' },
    { ...rmsprop, alpha: pick(0.5, 0.9, 0.99), momentum, weightDecay: moments.weightDecay, epsilon: 1e-4 },
    { ...rmsprop, alpha: pick(0.9, 0.99), momentum, centered: true, epsilon: 1e-2 },
    {
      ...adagrad,
      learningRateDecay: pick(0, 0.01),
      initialAccumulator: pick(0, 1),
      weightDecay: moments.weightDecay,
    },
    { ...sgd, momentum, nesterov: momentum > 0 && pick(true, false), weightDecay: moments.weightDecay },
  );
}

describe('whatever the options', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const options = randomOptions(createRandom(seed));
    it(`rare rows move as all rows do: seed ${seed}, ${JSON.stringify(options)}`, () => {
      const learningRate = () => 0.01;
      expect(trainRareRows({ name: '', options, gradientSize: 0.3, steps: 150, learningRate })).toBeLessThan(
        1e-4,
      );
    });
  }
});

describe('Adam on rare rows with tiny gradients', () => {
  /*
   * Idle steps are summed up with one epsilon for all of them, their weighted mean. That shows once
   * epsilon is as large as sqrt(v), which a single gradient of size s in a rare row makes about s / 30.
   * The bounds are differences after movements of about 1 (300 steps of 0.05).
   */
  const bounds: readonly (readonly [gradientSize: number, bound: number])[] = [
    [1e-3, 1e-5],
    [1e-4, 1e-5],
    [1e-5, 1e-5],
    [1e-6, 1e-3],
    [1e-7, 5e-3],
  ];
  for (const [gradientSize, bound] of bounds) {
    it(`gradients of ${gradientSize} with epsilon 1e-8: within ${bound}`, () => {
      expect(trainRareRows({ name: 'adam', options: adam, gradientSize })).toBeLessThan(bound);
    });
  }

  // The first moment then outlives the second, and a row's idle steps would grow from step to step.
  for (const beta2 of [0.8, 0.85, 0.9]) {
    it(`beta1 0.9 near the root of beta2 ${beta2}, where every row is updated in every step`, () => {
      const options = { ...adam, beta2 };
      expect(trainRareRows({ name: 'adam', options, gradientSize: 1 })).toBeLessThan(1e-5);
    });
  }
});
