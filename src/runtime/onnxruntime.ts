import { availableParallelism } from 'node:os';
import { env, InferenceSession, listSupportedBackends, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Program } from '../graph/program';
import { toOnnx, type Weights } from '../onnx/model';
import type { DeviceName } from '../protocol/devices';
import type { Executable, Executor, Replica, Tensor, Tensors } from './executor';
import { onDevice } from './onnxruntime-errors';
import { openReplica } from './replica';

export const onnxruntimeVersion: string = env.versions.node ?? env.versions.common;

export interface OnnxruntimeOptions {
  /** Threads inside an operation; 0 takes one for each core. */
  readonly threads?: number;
  /** Writes onnxruntime's own profile to `<prefix>_<time>.json` when the executable is released. */
  readonly profilePrefix?: string;
  /** What computes: tensors are in host memory, whatever it is. What it has no kernels for, the processor does. */
  readonly provider?: DeviceName;
  /** The bundle of replica-main.ts, which copies of a program run in; without it there is a single one. */
  readonly replicaFile?: URL | undefined;
}

/** What onnxruntime calls its providers. */
const providerNames: Readonly<Record<DeviceName, string>> = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  cuda: 'cuda',
  coreml: 'coreml',
  directml: 'dml',
};

export interface SupportedProvider {
  readonly name: DeviceName;
  /** Whether npm's package brings its library; otherwise the system has to have it. */
  readonly bundled: boolean;
}

/** The providers that onnxruntime was built with here, whether or not there is hardware for them. */
export function supportedProviders(): SupportedProvider[] {
  const built = new Map(listSupportedBackends().map(({ name, bundled }) => [name, bundled]));
  return Object.entries(providerNames).flatMap(([name, theirs]) => {
    const bundled = built.get(theirs);
    return bundled === undefined ? [] : [{ name: name as DeviceName, bundled }];
  });
}

/** Runs programs as ONNX models on one of onnxruntime's providers. */
export function onnxruntimeExecutor(options: OnnxruntimeOptions = {}): Executor {
  const { provider = 'cpu' } = options;
  return {
    name: `onnxruntime ${onnxruntimeVersion}, ${provider}`,
    threads: threadsOf(options),
    compile: (program: Program, weights) => openProgram(program, options, weights),
    compileCopies(program, count) {
      const { replicaFile } = options;
      // Several copies would wait for the one device.
      if (count === 1 || !replicaFile || provider !== 'cpu')
        return Promise.all([openProgram(program, options)]);
      const model = toOnnx(program, undefined, { singleThread: true });
      return allOrNone([
        openModelBytes(model, { ...options, threads: 1 }),
        ...Array.from({ length: count - 1 }, () => openReplica(replicaFile, model)),
      ]);
    },
  };
}

/** All executables; where one cannot be had, the others are released. */
async function allOrNone(
  opening: [Promise<Executable>, ...Promise<Replica>[]],
): Promise<[Executable, ...Replica[]]> {
  const results = await Promise.allSettled(opening);
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return Promise.all(opening);
  await Promise.all(results.map((result) => result.status === 'fulfilled' && result.value.release()));
  throw failed.reason;
}

function openProgram(program: Program, options: OnnxruntimeOptions, weights?: Weights): Promise<Executable> {
  const singleThread = threadsOf(options) === 1;
  return openModelBytes(toOnnx(program, weights, { singleThread }), options);
}

/**
 * Opens a model that is in memory.
 *
 * @throws DeviceError where the provider cannot be had
 */
export async function openModelBytes(model: Uint8Array, options: OnnxruntimeOptions): Promise<Executable> {
  const { provider = 'cpu' } = options;
  const session = await onDevice(provider, () => InferenceSession.create(model, sessionOptions(options)));
  return new OnnxruntimeExecutable(session, provider, options.profilePrefix !== undefined);
}

/**
 * Opens a model that was written to a file, by whatever program.
 *
 * @throws Error with onnxruntime's words where the file is missing, damaged or no ONNX model
 * @throws DeviceError where the provider cannot be had
 */
export async function loadModelFile(path: string, options: OnnxruntimeOptions = {}): Promise<Executable> {
  // What is wrong with a stranger's model is thrown; it need not be printed as well.
  const { provider = 'cpu' } = options;
  const session = await onDevice(provider, () =>
    InferenceSession.create(path, { ...sessionOptions(options), logSeverityLevel: 4 }),
  );
  return new OnnxruntimeExecutable(session, provider, options.profilePrefix !== undefined);
}

function threadsOf({ threads = 0 }: OnnxruntimeOptions): number {
  return threads > 0 ? threads : availableParallelism();
}

function sessionOptions(options: OnnxruntimeOptions): InferenceSession.SessionOptions {
  const { profilePrefix, provider = 'cpu' } = options;
  return {
    executionProviders: [providerNames[provider]],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threadsOf(options),
    interOpNumThreads: 1,
    // A plan of memory for each shape, kept for good: batches of texts have a new shape almost every time, and an
    // encoder's training would take 60 % more memory, for no speed.
    enableMemPattern: false,
    // Errors only: warnings are about the model's form, which is ours to mend, not the user's.
    logSeverityLevel: 3,
    // Between runs a session's threads would go on spinning and take the cores from the other
    // sessions of the same training step.
    extra: { session: { force_spinning_stop: '1' } },
    ...(profilePrefix ? { enableProfiling: true, profileFilePrefix: profilePrefix } : {}),
  };
}

class OnnxruntimeExecutable implements Executable {
  /** Buffers that are fed again and again keep their onnxruntime tensor. */
  private readonly handles = new WeakMap<Tensor, OrtTensor>();

  constructor(
    private readonly session: InferenceSession,
    private readonly provider: DeviceName,
    private readonly profiling: boolean,
  ) {}

  async run(feeds: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    const inputs = Object.fromEntries(
      this.session.inputNames.map((name) => [name, this.handle(name, feeds[name])]),
    );
    const fetches = Object.fromEntries(
      this.session.outputNames.map((name) => [name, into[name] ? this.handle(name, into[name]) : null]),
    );
    const results = await onDevice(this.provider, () => this.session.run(inputs, fetches));
    return Object.fromEntries(
      Object.entries(results).map(([name, result]) => [name, into[name] ?? fromOrt(result)]),
    );
  }

  async release(): Promise<void> {
    if (this.profiling) this.session.endProfiling();
    await this.session.release();
  }

  private handle(name: string, tensor: Tensor | undefined): OrtTensor {
    if (!tensor) throw new Error(`the input '${name}' is not fed`);
    let handle = this.handles.get(tensor);
    if (!handle) {
      handle = new OrtTensor(tensor.dtype, tensor.data as Float32Array, tensor.shape);
      this.handles.set(tensor, handle);
    }
    return handle;
  }
}

function fromOrt(tensor: OrtTensor): Tensor {
  return {
    dtype: tensor.type as Tensor['dtype'],
    shape: tensor.dims,
    data: tensor.data as Tensor['data'],
  };
}
