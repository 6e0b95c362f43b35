import { createOptimizer, type OptimizerOptions } from '../nn/optimizers';
import type { Optimizer } from '../nn/optimizers/optimizer';
import type { ParameterSpec } from '../nn/scope';
import { sizeOf, type Tensor } from '../runtime/executor';
import { KERNEL_NUMBERS, kernelNumber, OVERHANG, RowMemory } from './row-kernels';

export interface LargeParameterSpec extends ParameterSpec {
  /** Others stay as they are, and have neither gradient nor optimizer state. */
  readonly trained: boolean;
  /** What the learning rate is multiplied by for this one. */
  readonly rate: number;
}

/** Numbers in a memory at most, unless a single parameter needs more: 1 GB. */
const MEMORY_SIZE = 2 ** 28;
/** Tensors begin at a multiple of so many numbers, where vector instructions like to. */
const ALIGNMENT = 16;

/** A parameter with all that belongs to it, in one memory. */
interface Place {
  readonly memory: RowMemory;
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  /** What the optimizer's kernel computes with, for all in this memory. */
  readonly numbers: Float32Array;
  /** Of several batches' gradients, where these make one step. */
  readonly sum: Float32Array | undefined;
  readonly rate: number;
  readonly optimizer: Optimizer;
  /** Steps that it took part in. */
  steps: number;
}

/**
 * The dense parameters of a large network: a step changes them in place, in a single pass over parameter, gradient and
 * optimizer state. (Small networks have a second set of weights and state, which the next values are made in: see
 * parameters.ts. Of a hundred million numbers that would be too much.)
 *
 * As is usual for encoders, weight decay leaves out biases and norms: all that has one dimension.
 */
export class LargeParameters {
  readonly values: Readonly<Record<string, Tensor>>;
  /** Where a backward pass writes the gradients of those that are trained: by their names. */
  readonly gradients: Readonly<Record<string, Tensor>>;
  private readonly places: ReadonlyMap<string, Place>;

  /** `sumsBatches`: whether several batches can make one step. */
  constructor(specs: readonly LargeParameterSpec[], options: OptimizerOptions, sumsBatches: boolean) {
    const decaying = createOptimizer(options);
    const plain = createOptimizer({ ...options, weightDecay: 0 });
    const states = Object.values(decaying.state);
    const room = roomFor(2 + states.length + (sumsBatches ? 1 : 0));
    const places = new Map<string, Place>();
    const values: Record<string, Tensor> = {};
    const gradients: Record<string, Tensor> = {};
    const trained = specs.filter((spec) => spec.trained);
    const memories = new Memories(trained.map(({ shape }) => room(sizeOf(shape))));
    for (const { name, shape, trained: isTrained, rate } of specs) {
      const size = sizeOf(shape);
      if (!isTrained) {
        values[name] = { dtype: 'float32', shape, data: new Float32Array(size) };
        continue;
      }
      const { memory, numbers, start } = memories.take(room(size));
      const array = (i: number) => memory.array(4 * (start + i * stride(size)), size);
      const place: Place = {
        memory,
        numbers,
        value: array(0),
        gradient: array(1 + states.length),
        sum: sumsBatches ? array(2 + states.length) : undefined,
        rate,
        optimizer: shape.length > 1 ? decaying : plain,
        steps: 0,
      };
      states.forEach((value, i) => {
        array(1 + i).fill(value);
      });
      places.set(name, place);
      values[name] = { dtype: 'float32', shape, data: place.value };
      gradients[name] = { dtype: 'float32', shape, data: place.gradient };
    }
    this.places = places;
    this.values = values;
    this.gradients = gradients;
  }

  /** Adds what the last backward pass wrote to the sums over a step's batches. */
  accumulate(names: Iterable<string>): void {
    for (const { memory, gradient, sum } of this.of(names)) {
      if (sum) memory.kernels.add(sum.byteOffset, gradient.byteOffset, sum.length);
    }
  }

  /** The sum of the squares of the step's gradients. */
  squares(names: Iterable<string>): number {
    let squares = 0;
    for (const place of this.of(names)) {
      const { byteOffset, length } = stepGradient(place);
      squares += place.memory.kernels.squares(byteOffset, length);
    }
    return squares;
  }

  /** Brings every number of the step's gradients to between -limit and limit. */
  clip(names: Iterable<string>, limit: number): void {
    for (const place of this.of(names)) {
      const { byteOffset, length } = stepGradient(place);
      place.memory.kernels.clip(byteOffset, length, limit);
    }
  }

  /** One step of the optimizer along the gradients times `scale`. */
  update(names: Iterable<string>, learningRate: number, scale: number): void {
    for (const place of this.of(names)) {
      const { memory, numbers, value, optimizer, rate, sum } = place;
      place.steps++;
      const scalars = optimizer.scalars(place.steps, learningRate * rate);
      numbers.set(optimizer.inPlace.numbers(scale, scalars));
      memory.kernels.step(
        kernelNumber(optimizer.inPlace.kernel),
        value.byteOffset,
        4 * stride(value.length),
        stepGradient(place).byteOffset,
        value.length,
        numbers.byteOffset,
      );
      sum?.fill(0);
    }
  }

  private *of(names: Iterable<string>): Iterable<Place> {
    for (const name of names) yield this.places.get(name)!;
  }
}

/** What the step follows: the gradient of its only batch, or the sum over its batches. */
function stepGradient({ gradient, sum }: Place): Float32Array {
  return sum ?? gradient;
}

/** Numbers from the start of one of a parameter's tensors to that of the next. */
function stride(size: number): number {
  return Math.ceil((size + OVERHANG) / ALIGNMENT) * ALIGNMENT;
}

const roomFor = (tensors: number) => (size: number) => tensors * stride(size);

const weights = {
  what: "the encoder's weights",
  hint: 'Take a smaller encoder, freeze its lower layers ("freezeLayers"), or close other programs.',
};

/** Memories that together have room for parameters of these sizes, in this order. */
class Memories {
  private readonly rest: { memory: RowMemory; numbers: Float32Array; size: number }[] = [];
  private used = 0;

  constructor(rooms: readonly number[]) {
    const sizes: number[] = [];
    for (const room of rooms) {
      const last = sizes.at(-1);
      if (last !== undefined && last + room <= MEMORY_SIZE) sizes[sizes.length - 1] = last + room;
      else sizes.push(room);
    }
    for (const size of sizes) {
      const memory = new RowMemory(weights);
      memory.reserve(size + KERNEL_NUMBERS);
      this.rest.push({ memory, numbers: memory.array(4 * size, KERNEL_NUMBERS), size });
    }
  }

  take(room: number): { memory: RowMemory; numbers: Float32Array; start: number } {
    if (this.used + room > this.rest[0]!.size) {
      this.rest.shift();
      this.used = 0;
    }
    const start = this.used;
    this.used += room;
    const { memory, numbers } = this.rest[0]!;
    return { memory, numbers, start };
  }
}
