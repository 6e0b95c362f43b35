import type { Random } from '../data/random';
import type { Initializer, ParameterSpec } from '../nn/scope';
import { floatTensor, type Tensor } from '../runtime/executor';

/**
 * The dense parameters and their optimizer state, each in two buffers: a step reads one set and
 * writes the other, then they swap. No memory for weights is allocated while training runs.
 */
export class ParameterStore {
  private readonly sets: [Record<string, Tensor>, Record<string, Tensor>];
  private readonly gradients: Record<string, Tensor>;
  private current: 0 | 1 = 0;

  constructor(
    readonly specs: readonly ParameterSpec[],
    /** The optimizer's state tensors, with what they are filled with at the start. */
    private readonly state: Readonly<Record<string, number>>,
  ) {
    const makeSet = () =>
      Object.fromEntries(
        specs.flatMap(({ name, shape }) =>
          this.names(name).map((tensorName) => [tensorName, floatTensor(shape)]),
        ),
      );
    this.sets = [makeSet(), makeSet()];
    for (const { name } of specs) {
      for (const [stateName, start] of Object.entries(state)) {
        this.feeds[`${name}.${stateName}`]!.data.fill(start as never);
      }
    }
    this.gradients = Object.fromEntries(specs.map(({ name, shape }) => [`${name}_grad`, floatTensor(shape)]));
  }

  /** The current values of parameters and state, by name: what a step reads. */
  get feeds(): Readonly<Record<string, Tensor>> {
    return this.sets[this.current];
  }

  /** The parameters' values without the optimizer's state. */
  get values(): Record<string, Tensor> {
    return Object.fromEntries(this.specs.map(({ name }) => [name, this.feeds[name]!]));
  }

  /** Where a backward pass writes the gradients. */
  get gradientTensors(): Readonly<Record<string, Tensor>> {
    return this.gradients;
  }

  /** Where an update writes: the other set, under the names of the update program's results. */
  get next(): Record<string, Tensor> {
    const other = this.sets[1 - this.current]!;
    return Object.fromEntries(Object.entries(other).map(([name, tensor]) => [`${name}_next`, tensor]));
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

  private names(parameter: string): string[] {
    return [parameter, ...Object.keys(this.state).map((state) => `${parameter}.${state}`)];
  }
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
