import type { Program } from '../../src/graph/program';
import type {
  AnyTensor,
  DeviceCompileOptions,
  DeviceExecutable,
  DeviceExecutor,
  DeviceTensor,
  Executable,
  Fallbacks,
  Tensor,
  Tensors,
} from '../../src/runtime/executor';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { halfProducts } from './half-products';

/** What a test can see of the device: how many tensors it holds, and how many numbers at most at a time. */
export interface HostDevice extends DeviceExecutor {
  readonly living: number;
  readonly largest: number;
  /** By program, how often it ran. */
  readonly runs: Readonly<Record<string, number>>;
  /** Forgets what was the largest. */
  measure(): void;
}

export interface HostDeviceOptions {
  readonly fallbacks?: ReadonlyMap<string, Fallbacks>;
  /** May change what a program gives, or fail: what a device in trouble does. */
  readonly meddle?: (program: string, results: Record<string, Tensor>, feeds: Tensors) => void;
}

/**
 * A device whose memory is the host's, with onnxruntime's CPU provider for what computes: the reference that others are
 * held against. A tensor that is used or released after its release is an error, as a result that nobody releases
 * shows in `living`.
 */
export function hostDevice({ fallbacks = new Map(), meddle }: HostDeviceOptions = {}): HostDevice {
  const threads = 2;
  const plain = onnxruntimeExecutor({ threads });
  const contents = new Map<DeviceTensor, Tensor>();
  const runs: Record<string, number> = {};
  const held = { now: 0, largest: 0 };

  const place = ({ dtype, shape, data }: Tensor): DeviceTensor => {
    const tensor: DeviceTensor = {
      ...{ dtype, shape, isOnDevice: true },
      release() {
        if (!contents.delete(tensor)) throw new Error('a device tensor is released twice');
        held.now -= data.length;
      },
    };
    contents.set(tensor, { dtype, shape, data });
    held.now += data.length;
    held.largest = Math.max(held.largest, held.now);
    return tensor;
  };
  const contentOf = (tensor: AnyTensor): Tensor => {
    if (!('isOnDevice' in tensor)) return tensor;
    const content = contents.get(tensor);
    if (!content) throw new Error('a device tensor is used after its release');
    return content;
  };

  const wrap = (program: Program, executable: Executable, kept: readonly string[]): DeviceExecutable => ({
    run: (feeds, into) => executable.run(feeds, into),
    release: () => executable.release(),
    async step(feeds) {
      runs[program.name] = (runs[program.name] ?? 0) + 1;
      const inputs: Tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [name, contentOf(tensor)]),
      );
      const all = await executable.run(inputs);
      meddle?.(program.name, all, inputs);
      const of = (isKept: boolean) => Object.entries(all).filter(([name]) => kept.includes(name) === isKept);
      return {
        results: Object.fromEntries(of(false)),
        kept: Object.fromEntries(of(true).map(([name, tensor]) => [name, place(tensor)])),
      };
    },
  });

  return {
    name: `${plain.name} as a device`,
    threads,
    isDevice: true,
    hasHalf: true,
    compile: plain.compile,
    compileCopies: plain.compileCopies,
    async compileKept(program, { kept = [], half = false }: DeviceCompileOptions) {
      return wrap(program, await plain.compile(half ? halfProducts(program) : program), kept);
    },
    async upload(tensor) {
      // A device has a copy: whoever gave the numbers may change them.
      return place({ ...tensor, data: tensor.data.slice() });
    },
    async download(tensor) {
      const content = contentOf(tensor);
      return { ...content, data: content.data.slice() };
    },
    fallbacks: () => fallbacks,
    close: async () => {},
    get living() {
      return contents.size;
    },
    get largest() {
      return held.largest;
    },
    runs,
    measure() {
      held.largest = held.now;
    },
  };
}
