import type { Random } from '../data/random';
import type { Optimizer } from '../nn/optimizers/optimizer';
import type { Initializer, ParameterSpec } from '../nn/scope';
import { sizeOf, type Tensor } from '../runtime/executor';
import { KERNEL_NUMBERS, kernelNumber, OVERHANG, RowMemory } from './row-kernels';
import type { RowStep } from './row-work';

/** Each parameter starts at a multiple of so many numbers, where vector instructions like to begin. */
const ALIGNMENT = 16;
const aligned = (count: number) => Math.ceil(count / ALIGNMENT) * ALIGNMENT;

export interface ParameterStoreOptions {
  /** How many copies of the gradient program there are at most, each of which writes gradients of its own. */
  readonly copies?: number;
  /** Whether several batches can make one step. */
  readonly sumsBatches?: boolean;
}

/**
 * The dense parameters and their optimizer state, each in two buffers: a step makes the next values in the set that is
 * not in use, then they swap. No memory for weights is allocated while training runs.
 *
 * In each buffer all parameters stand one after the other, so that the optimizer takes all of them in one pass;
 * parameters by name are views of it.
 */
export class ParameterStore {
  private readonly memory = new RowMemory({
    what: 'the weights',
    hint: 'Lower "hiddenSize" or "layers" in the model section.',
  });
  private readonly sets: [ParameterSet, ParameterSet];
  /** By the copy of the program that writes them. */
  readonly gradients: readonly NamedTensors[];
  private readonly flatGradients: readonly Float32Array[];
  /** Over the batches of a step. */
  private readonly sum: Float32Array | undefined;
  /** What the optimizer's kernel computes with. */
  private readonly numbers: Float32Array;
  private current: 0 | 1 = 0;

  constructor(
    readonly specs: readonly ParameterSpec[],
    private readonly optimizer: Optimizer,
    { copies = 1, sumsBatches = false }: ParameterStoreOptions = {},
  ) {
    const sizes = specs.map(({ shape }) => sizeOf(shape));
    const starts: number[] = [];
    let count = 0;
    for (const size of sizes) {
      starts.push(count);
      count += aligned(size);
    }
    const stride = aligned(count + OVERHANG);
    const states = Object.entries(optimizer.state);
    const buffers = 2 * (1 + states.length) + copies + (sumsBatches ? 1 : 0);
    this.memory.reserve(buffers * stride + KERNEL_NUMBERS);
    let taken = 0;
    const take = () => this.memory.array(4 * stride * taken++, count);
    const named = (flat: Float32Array, suffix: string) =>
      specs.map(({ name, shape }, i): [string, Tensor] => {
        const data = flat.subarray(starts[i]!, starts[i]! + sizes[i]!);
        return [`${name}${suffix}`, { dtype: 'float32', shape, data }];
      });
    const makeSet = (): ParameterSet => {
      const values = take();
      const flatStates = states.map(([, start]) => take().fill(start));
      const ofStates = states.flatMap(([name], i) => named(flatStates[i]!, `.${name}`));
      return {
        all: this.memory.array(values.byteOffset, (1 + states.length) * stride),
        stride: 4 * stride,
        values: Object.fromEntries(named(values, '')),
        states: Object.fromEntries(ofStates),
      };
    };
    this.sets = [makeSet(), makeSet()];
    this.flatGradients = Array.from({ length: copies }, take);
    this.gradients = this.flatGradients.map((flat) => Object.fromEntries(named(flat, '_grad')));
    this.sum = sumsBatches ? take() : undefined;
    this.numbers = this.memory.array(4 * stride * taken, KERNEL_NUMBERS);
  }

  /** The current values of parameters and state, by name. */
  get feeds(): NamedTensors {
    const { values, states } = this.sets[this.current];
    return { ...values, ...states };
  }

  /** The parameters' values without the optimizer's state. */
  get values(): NamedTensors {
    return this.sets[this.current].values;
  }

  /** Adds up the gradients that the first `copies` copies wrote for a batch, and those of the step's other batches. */
  accumulate(copies: number): void {
    const { kernels } = this.memory;
    const [first, ...others] = this.flatGradients.slice(0, copies);
    for (const { byteOffset, length } of others) kernels.add(first!.byteOffset, byteOffset, length);
    if (this.sum) kernels.add(this.sum.byteOffset, first!.byteOffset, first!.length);
  }

  /** The sum of the squares of the step's gradient. */
  squares(): number {
    const { byteOffset, length } = this.stepGradient;
    return this.memory.kernels.squares(byteOffset, length);
  }

  /** Brings every number of the step's gradient to between -limit and limit. */
  clip(limit: number): void {
    const { byteOffset, length } = this.stepGradient;
    this.memory.kernels.clip(byteOffset, length, limit);
  }

  /** One step of the optimizer along the gradient times `scale`. */
  update({ step, learningRate, scale }: RowStep): void {
    const { optimizer, sets, numbers } = this;
    const next = this.current === 0 ? 1 : 0;
    const { all, stride } = sets[next];
    all.set(sets[this.current].all);
    numbers.set(optimizer.inPlace.numbers(scale, optimizer.scalars(step, learningRate)));
    const { byteOffset: gradient, length } = this.stepGradient;
    this.memory.kernels.step(
      ...[kernelNumber(optimizer.inPlace.kernel), all.byteOffset, stride],
      ...[gradient, length, numbers.byteOffset],
    );
    this.current = next;
    this.sum?.fill(0);
  }

  /** Draws the starting values, parameter by parameter. */
  initialize(random: Random): void {
    for (const spec of this.specs) initialize(spec, this.values[spec.name]!.data as Float32Array, random);
  }

  /** Copies values in by name: the best epoch's weights. */
  restore(values: Readonly<Record<string, ArrayLike<number>>>): void {
    for (const [name, data] of Object.entries(values)) (this.feeds[name]!.data as Float32Array).set(data);
  }

  /** What the step follows: the gradient of its only batch, or the sum over its batches. */
  private get stepGradient(): Float32Array {
    return this.sum ?? this.flatGradients[0]!;
  }
}

type NamedTensors = Readonly<Record<string, Tensor>>;

/** The same numbers twice: one after the other, and by the parameters' names. */
interface ParameterSet {
  /** The parameters, and `stride` bytes behind each tensor the next one of the state. */
  readonly all: Float32Array;
  readonly stride: number;
  readonly values: NamedTensors;
  readonly states: NamedTensors;
}

/** Fills a tensor as its initializer says. */
export function initialize({ initializer }: ParameterSpec, data: Float32Array, random: Random): void {
  const draw = source(initializer, random);
  for (let i = 0; i < data.length; i++) data[i] = draw();
}

function source(initializer: Initializer, random: Random): () => number {
  switch (initializer.type) {
    case 'zeros':
      return () => 0;
    case 'ones':
      return () => 1;
    case 'uniform':
      return () => (2 * random.next() - 1) * initializer.bound;
    case 'normal':
      return () => initializer.deviation * random.normal();
  }
}
