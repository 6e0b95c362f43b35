import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Program } from '../graph/program';
import type { Shape } from '../graph/shape';
import { type DeviceModel, toDeviceModel, type Weights } from '../onnx/model';
import type { FedSize } from '../onnx/sizes';
import type {
  AnyTensor,
  DeviceCompileOptions,
  DeviceExecutable,
  DeviceResults,
  DeviceTensor,
  Fallbacks,
  Tensor,
  Tensors,
} from './executor';
import { sizeOf } from './executor';
import { OnnxruntimeDeviceTensor } from './onnxruntime-device-tensor';
import { onDevice } from './onnxruntime-errors';
import { takeFallbacks } from './onnxruntime-profile';
import { copy } from './replica-protocol';
import { Sizes } from './sizes';
import { int32Of } from './whole-numbers';

/** Where a program runs, and who is to know of it. */
export interface DeviceContext {
  /** "webgpu". */
  readonly device: string;
  readonly threads: number;
  readonly living: Set<DeviceTensor>;
  download(tensor: DeviceTensor): Promise<Tensor>;
  /** The prefix of the file that onnxruntime writes its profile to, and who is told what the first run's says. */
  readonly profile?: string;
  fellBack?(fallbacks: Fallbacks): void;
  released?(program: OnnxruntimeDeviceProgram): void;
}

/** A program as a session of onnxruntime's WebGPU provider. */
export class OnnxruntimeDeviceProgram implements DeviceExecutable {
  private isProfiling: boolean;

  private constructor(
    private readonly program: Program,
    private readonly session: InferenceSession,
    private readonly sizes: readonly FedSize[],
    private readonly context: DeviceContext,
  ) {
    this.isProfiling = context.profile !== undefined;
  }

  static async open(
    program: Program,
    context: DeviceContext,
    { kept = [], half = false }: DeviceCompileOptions = {},
    weights?: Weights,
  ): Promise<OnnxruntimeDeviceProgram> {
    const model = toDeviceModel(program, weights, { half });
    const session = await onDevice(context.device, () =>
      InferenceSession.create(model.bytes, sessionOptions(program, model, kept, context)),
    );
    return new OnnxruntimeDeviceProgram(program, session, model.sizes, context);
  }

  async step(feeds: Readonly<Record<string, AnyTensor>>): Promise<DeviceResults> {
    const found = await onDevice(this.context.device, () => this.session.run(this.inputsFor(feeds)));
    this.endProfile();
    const results: Record<string, Tensor> = {};
    const kept: Record<string, DeviceTensor> = {};
    for (const [name, tensor] of Object.entries(found)) {
      if (tensor.location === 'gpu-buffer')
        kept[name] = new OnnxruntimeDeviceTensor(tensor, this.context.living);
      else results[name] = fromDevice(tensor);
    }
    return { results, kept };
  }

  async run(feeds: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    const { results, kept } = await this.step(feeds);
    for (const [name, tensor] of Object.entries(kept)) {
      results[name] = await this.context.download(tensor);
      tensor.release();
    }
    return Object.fromEntries(
      Object.keys(this.program.outputs).map((name) => {
        const target = into[name];
        if (target) copy(results[name]!.data, target.data);
        return [name, target ?? results[name]!];
      }),
    );
  }

  async release(): Promise<void> {
    this.endProfile();
    this.context.released?.(this);
    await this.session.release();
  }

  private inputsFor(feeds: Readonly<Record<string, AnyTensor>>): Record<string, OrtTensor> {
    const sizes = new Sizes();
    const inputs: Record<string, OrtTensor> = {};
    for (const { name, shape } of this.program.inputs) {
      if (!this.session.inputNames.includes(name!)) continue;
      const tensor = feeds[name!];
      if (!tensor) throw new Error(`the input '${name}' is not fed`);
      sizes.bind(name!, shape, tensor.shape);
      inputs[name!] = toDevice(tensor);
    }
    for (const size of this.sizes) inputs[size.name] = fedSize(size, sizes);
    return inputs;
  }

  /** One run tells which nodes are whose; profiling all would take time. */
  private endProfile(): void {
    if (!this.isProfiling) return;
    this.isProfiling = false;
    this.session.endProfiling();
    this.context.fellBack?.(takeFallbacks(this.context.profile!));
  }
}

function sessionOptions(
  { outputs }: Program,
  { looped }: DeviceModel,
  kept: readonly string[],
  { threads, profile }: DeviceContext,
): InferenceSession.SessionOptions {
  const provider = { name: 'webgpu', ...(looped.length > 0 ? { forceCpuNodeNames: looped } : {}) } as const;
  const places = Object.keys(outputs).map(
    (name) => [name, kept.includes(name) ? 'gpu-buffer' : 'cpu'] as const,
  );
  return {
    executionProviders: [provider],
    preferredOutputLocation: Object.fromEntries(places),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    // What is wrong is thrown; it need not be printed as well.
    logSeverityLevel: 4,
    extra: { session: { force_spinning_stop: '1' } },
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}

function fedSize({ form, sizes }: FedSize, known: Sizes): OrtTensor {
  const values = known.shape(sizes as Shape);
  return form === 'shape'
    ? new OrtTensor('int64', BigInt64Array.from(values, BigInt), [values.length])
    : new OrtTensor('int32', Int32Array.of(sizeOf(values)), []);
}

/** What onnxruntime takes for a tensor of either memory. */
export function toDevice(tensor: AnyTensor): OrtTensor {
  if (tensor instanceof OnnxruntimeDeviceTensor) return tensor.use();
  const { data, shape } = tensor as Tensor;
  return data instanceof Float32Array
    ? new OrtTensor('float32', data, shape)
    : new OrtTensor('int32', int32Of(data), shape);
}

/** A result in host memory. */
export function fromDevice({ data, dims }: OrtTensor): Tensor {
  return data instanceof Float32Array
    ? { dtype: 'float32', shape: dims, data }
    : { dtype: 'int64', shape: dims, data: BigInt64Array.from(data as Int32Array, BigInt) };
}
