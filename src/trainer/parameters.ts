import type { Random } from '../data/random';
import type { Initializer, ParameterSpec } from '../nn/scope';
import { floatTensor, sizeOf, type Tensor } from '../runtime/executor';

/** What all dense parameters in one row of numbers are called: the optimizer treats them as one tensor. */
export const ALL_PARAMETERS = 'parameters';

/** Each parameter starts at a multiple of so many numbers, where vector instructions like to begin. */
const ALIGNMENT = 16;

/**
 * The dense parameters and their optimizer state, each in two buffers: a step reads one set and
 * writes the other, then they swap. No memory for weights is allocated while training runs.
 *
 * In each buffer all parameters stand one after the other, so that the optimizer's update is a dozen operations over
 * one tensor instead of a dozen for each parameter; parameters by name are views of it.
 */
export class ParameterStore {
  private readonly sets: [ParameterSet, ParameterSet];
  private readonly gradients: ParameterSet;
  private current: 0 | 1 = 0;
  /** Of all parameters together, the gaps between them included. */
  readonly shape: readonly [number];

  constructor(
    readonly specs: readonly ParameterSpec[],
    /** The optimizer's state tensors, with what they are filled with at the start. */
    state: Readonly<Record<string, number>>,
  ) {
    const sizes = specs.map(({ shape }) => sizeOf(shape));
    const starts: number[] = [];
    let end = 0;
    for (const size of sizes) {
      starts.push(end);
      end += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    }
    this.shape = [end];
    const makeSet = (suffixes: Readonly<Record<string, number>>): ParameterSet => {
      const flat = Object.fromEntries(
        Object.entries(suffixes).map(([suffix, value]) => {
          const tensor = floatTensor([end]);
          tensor.data.fill(value);
          return [suffix, tensor];
        }),
      );
      const named = specs.flatMap(({ name, shape }, i) =>
        Object.entries(flat).map(([suffix, { data }]) => {
          const view = data.subarray(starts[i]!, starts[i]! + sizes[i]!);
          return [`${name}${suffix}`, { dtype: 'float32', shape, data: view }] as const;
        }),
      );
      return {
        flat: Object.fromEntries(
          Object.entries(flat).map(([suffix, tensor]) => [`${ALL_PARAMETERS}${suffix}`, tensor]),
        ),
        named: Object.fromEntries(named),
      };
    };
    const kinds = {
      '': 0,
      ...Object.fromEntries(Object.entries(state).map(([name, start]) => [`.${name}`, start])),
    };
    this.sets = [makeSet(kinds), makeSet(kinds)];
    this.gradients = makeSet({ _grad: 0 });
  }

  /** The current values of parameters and state, by name. */
  get feeds(): Readonly<Record<string, Tensor>> {
    return this.sets[this.current].named;
  }

  /** The parameters' values without the optimizer's state. */
  get values(): Record<string, Tensor> {
    return Object.fromEntries(this.specs.map(({ name }) => [name, this.feeds[name]!]));
  }

  /** Where a backward pass writes the gradients. */
  get gradientTensors(): Readonly<Record<string, Tensor>> {
    return this.gradients.named;
  }

  /** What an update of all parameters as one reads. */
  get updateFeeds(): Readonly<Record<string, Tensor>> {
    return { ...this.sets[this.current].flat, ...this.gradients.flat };
  }

  /** Where it writes: the other set, under the names of the update program's results. */
  get next(): Record<string, Tensor> {
    const { flat } = this.sets[1 - this.current]!;
    return Object.fromEntries(Object.entries(flat).map(([name, tensor]) => [`${name}_next`, tensor]));
  }

  swap(): void {
    this.current = this.current === 0 ? 1 : 0;
  }

  /** Draws the starting values, parameter by parameter. */
  initialize(random: Random): void {
    for (const spec of this.specs) initialize(spec, this.feeds[spec.name]!.data as Float32Array, random);
  }

  /** Copies values in by name: the best epoch's weights. */
  restore(values: Readonly<Record<string, ArrayLike<number>>>): void {
    for (const [name, data] of Object.entries(values)) (this.feeds[name]!.data as Float32Array).set(data);
  }
}

/** The same numbers twice: as one tensor of each kind, and by the parameters' names. */
interface ParameterSet {
  readonly flat: Readonly<Record<string, Tensor>>;
  readonly named: Readonly<Record<string, Tensor>>;
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
