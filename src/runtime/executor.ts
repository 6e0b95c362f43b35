import type { Program } from '../graph/program';
import type { DType } from '../graph/shape';

/** A dense array in host memory, row by row. Executors may keep a handle to it: reuse the object. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** A compiled program. */
export interface Executable {
  /**
   * Runs the program once. Results named in `into` are written to the tensors given there, all
   * others are returned as new tensors. An input and a result must not share memory.
   */
  run(feeds: Tensors, into?: Tensors): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** Tensors of a run that the thread of a replica makes and uses by itself, so that they cross to no other: their shapes. */
export interface LocalTensors {
  readonly feeds: Readonly<Record<string, readonly number[]>>;
  readonly into: Readonly<Record<string, readonly number[]>>;
  /** What the thread's helper is told of them. */
  readonly task: unknown;
}

/** What a replica's thread does besides running programs. */
export interface ThreadHelper {
  /** Something that is no run: see Replica.tell. */
  told(message: unknown): void;
  /** Fills the feeds that are the thread's own, before a run. */
  fill(feeds: Tensors, task: unknown): void;
  /** Uses the results that are the thread's own, after a run. */
  use(results: Tensors, task: unknown): void;
}

/** An executable in a thread of its own, which does one thing after the other. */
export interface Replica extends Executable {
  run(feeds: Tensors, into?: Tensors, local?: LocalTensors): Promise<Record<string, Tensor>>;
  /** Has the thread's helper do something; shared memory goes along as what it is. */
  tell(message: unknown): Promise<void>;
}

/** Executes programs. Models, gradients and the training loop know nothing of what is behind it. */
export interface Executor {
  /** For people and for the run's record: "onnxruntime 1.30.0, cpu". */
  readonly name: string;
  readonly threads: number;
  compile(program: Program, weights?: ReadonlyMap<string, Float32Array>): Promise<Executable>;
  /**
   * Up to `count` executables of one program that can run at the same time, one core each; or a single one that
   * has all the threads.
   */
  compileCopies(program: Program, count: number): Promise<[Executable, ...Replica[]]>;
}

/** How many numbers a tensor of this shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((count, dim) => count * dim, 1);
}

export function floatTensor(
  shape: readonly number[],
  data?: ArrayLike<number>,
): Tensor & { data: Float32Array } {
  const size = sizeOf(shape);
  const array = data === undefined ? new Float32Array(size) : Float32Array.from(data);
  if (array.length !== size)
    throw new Error(`${array.length} numbers do not fill the shape [${shape.join(', ')}]`);
  return { dtype: 'float32', shape, data: array };
}
