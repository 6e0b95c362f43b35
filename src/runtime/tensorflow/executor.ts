import { availableParallelism } from 'node:os';
import type { Value } from '../../graph/ops';
import type { Program } from '../../graph/program';
import type { DType } from '../../graph/shape';
import { HumanError } from '../../protocol/human-error';
import type {
  AnyTensor,
  DeviceCompileOptions,
  DeviceExecutable,
  DeviceExecutor,
  DeviceResults,
  DeviceTensor,
  Tensor,
  Tensors,
} from '../executor';
import { Sizes } from '../sizes';
import { runPlan } from './interpret';
import { makePlan, type Plan } from './plan';
import { fromTf, TensorflowTensor, toTf } from './tensors';
import type { Tf, TfTensor } from './tf';
import { asTrouble } from './trouble';

export interface TensorflowOptions {
  /** For people: "TensorFlow.js 4.22.0, cuda". */
  readonly name: string;
  /** How many threads it computes with; 0, or nothing, is one for each core. */
  readonly threads?: number;
}

/** Runs programs by interpreting them, one operation after the other, on whatever TensorFlow.js computes with. */
export function tensorflowExecutor(tf: Tf, options: TensorflowOptions): DeviceExecutor {
  const compile = (program: Program, weights: ReadonlyMap<string, Float32Array> = new Map()) =>
    new TensorflowExecutable(tf, program, weights);
  return {
    name: options.name,
    threads: options.threads || availableParallelism(),
    isDevice: true,
    hasHalf: false,
    compile: async (program, weights) => compile(program, weights),
    // Threads are inside of each operation: a second copy would wait for the first.
    compileCopies: async (program) => [compile(program)],
    async compileKept(program, { kept = [], half = false }: DeviceCompileOptions) {
      if (half) {
        throw new HumanError('TensorFlow.js computes in 32 bits only.', {
          hint: 'Set "runtime.precision" to "float32", or "runtime.engine" to "onnxruntime".',
        });
      }
      return new TensorflowExecutable(tf, program, new Map(), new Set(kept));
    },
    upload: async (tensor) => new TensorflowTensor(tensor.dtype, toTf(tf, tensor)),
    download: async (tensor) => fromTf(tensor.dtype, handleOf(tensor)),
    fallbacks: () => new Map(),
    close: async () => {},
  };
}

class TensorflowExecutable implements DeviceExecutable {
  private readonly plan: Plan;
  /** The program's inputs that are stored with it. */
  private readonly weights: ReadonlyMap<Value, TfTensor>;
  private readonly fed: readonly Value[];

  constructor(
    private readonly tf: Tf,
    private readonly program: Program,
    weights: ReadonlyMap<string, Float32Array>,
    private readonly kept: ReadonlySet<string> = new Set(),
  ) {
    const stored = program.inputs.filter(({ name }) => weights.has(name!));
    this.fed = program.inputs.filter(({ name }) => !weights.has(name!));
    this.plan = makePlan(Object.values(program.outputs), this.fed, new Set(stored));
    this.weights = new Map(
      stored.map((value) => {
        const shape = value.shape as readonly number[];
        return [value, toTf(tf, { dtype: value.dtype, shape, data: weights.get(value.name!)! })];
      }),
    );
  }

  async step(feeds: Readonly<Record<string, AnyTensor>>): Promise<DeviceResults> {
    const outputs = Object.entries(this.compute(feeds));
    const kept = outputs.filter(([name]) => this.kept.has(name));
    try {
      const results = await this.read(Object.fromEntries(outputs.filter(([name]) => !this.kept.has(name))));
      const handles = kept.map(([name, handle]) => [name, new TensorflowTensor(this.typeOf(name), handle)]);
      return { results, kept: Object.fromEntries(handles) };
    } catch (error) {
      this.tf.dispose(kept.map(([, handle]) => handle));
      throw error;
    }
  }

  async run(feeds: Tensors, into: Tensors = {}): Promise<Record<string, Tensor>> {
    return this.read(this.compute(feeds), into);
  }

  async release(): Promise<void> {
    for (const tensor of this.weights.values()) tensor.dispose();
  }

  private typeOf(name: string): DType {
    return this.program.outputs[name]!.dtype;
  }

  /** The program's results by name, each the caller's to dispose of. */
  private compute(feeds: Readonly<Record<string, AnyTensor>>): Record<string, TfTensor> {
    const { tf } = this;
    const sizes = new Sizes();
    for (const { name, shape } of this.fed) {
      const tensor = feeds[name!];
      if (!tensor) throw new Error(`the input '${name}' is not fed`);
      sizes.bind(name!, shape, tensor.shape);
    }
    try {
      // All that is made in here and is no result is disposed of, though an operation fails.
      const results = tf.tidy(() => {
        const values = new Map(
          this.fed.map((value) => {
            const tensor = feeds[value.name!]!;
            // A second handle to the same memory: it ends with its last reader, the caller's does not.
            return [value, 'data' in tensor ? toTf(tf, tensor) : tf.clone(handleOf(tensor))];
          }),
        );
        return runPlan({ tf, sizes }, this.plan, values, this.weights);
      });
      return Object.fromEntries(Object.keys(this.program.outputs).map((name, i) => [name, results[i]!]));
    } catch (error) {
      throw asTrouble(error);
    }
  }

  private async read(
    outputs: Readonly<Record<string, TfTensor>>,
    into: Tensors = {},
  ): Promise<Record<string, Tensor>> {
    try {
      const results: Record<string, Tensor> = {};
      for (const [name, handle] of Object.entries(outputs))
        results[name] = await fromTf(this.typeOf(name), handle, into[name]);
      return results;
    } catch (error) {
      throw asTrouble(error);
    } finally {
      this.tf.dispose(outputs);
    }
  }
}

function handleOf(tensor: DeviceTensor): TfTensor {
  if (tensor instanceof TensorflowTensor) return tensor.handle;
  throw new Error('a tensor of another device');
}
