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

/** What a replica's thread makes and uses of a run by itself, so that it crosses to no other. */
export interface HelpersPart {
  readonly feeds: Tensors;
  /** Where results are to be put. */
  readonly into: Tensors;
  /** Uses them. */
  end(): void;
}

/** What a replica's thread does besides running programs. */
export interface ThreadHelper {
  /** Something that is no run: see Replica.tell. */
  told(message: unknown): void;
  /** See Replica.begin. */
  begin(task: unknown): HelpersPart;
}

/** An executable in a thread of its own, which does one thing after the other. */
export interface Replica extends Executable {
  /**
   * Has the thread's helper take part in the next run, and begin at once: while the feeds that are not its own are
   * still being made. What goes wrong with it, the run says.
   */
  begin(task: unknown): void;
  /**
   * Waits in this thread for the results of the last run, if all of them are wanted in `into`: the reply takes some
   * tenths of a millisecond more. Gives up after so many milliseconds; `run` has them in any case.
   */
  attend(milliseconds: number): void;
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

/** A tensor in a device's own memory; what is behind it only the executor that made it knows. */
export interface DeviceTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly isOnDevice: true;
  /** Frees its memory; called once, by whoever was given the tensor. */
  release(): void;
}

export type AnyTensor = Tensor | DeviceTensor;

/** What a step on a device gives: some results in host memory, those that were to be kept on the device. */
export interface DeviceResults {
  readonly results: Record<string, Tensor>;
  readonly kept: Record<string, DeviceTensor>;
}

/** A program compiled for a device. By `run`, it takes from host memory and gives to it, as any other. */
export interface DeviceExecutable extends Executable {
  /** Runs the program once on tensors in either memory, which it leaves as they are. */
  step(feeds: Readonly<Record<string, AnyTensor>>): Promise<DeviceResults>;
}

export interface DeviceCompileOptions {
  /** Results that stay on the device. */
  readonly kept?: readonly string[];
  /** Computes matrix products in 16 bits; all that is fed, kept and given stays in 32. */
  readonly half?: boolean;
}

/** An operation that a device has no kernel for, so that the processor does it: its ONNX name, and how many there are. */
export type Fallbacks = Readonly<Record<string, number>>;

/** Executes programs on a device with a memory of its own, in which weights stay from step to step. */
export interface DeviceExecutor extends Executor {
  readonly isDevice: true;
  /** Whether the device computes in 16 bits. */
  readonly hasHalf: boolean;
  compileKept(program: Program, options: DeviceCompileOptions): Promise<DeviceExecutable>;
  upload(tensor: Tensor): Promise<DeviceTensor>;
  download(tensor: DeviceTensor): Promise<Tensor>;
  /** What the processor does of a program's operations, by the program's name; known once it has run. */
  fallbacks(): ReadonlyMap<string, Fallbacks>;
  /** Ends the device's use. */
  close(): Promise<void>;
}

export function isDevice(executor: Executor): executor is DeviceExecutor {
  return 'isDevice' in executor;
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
