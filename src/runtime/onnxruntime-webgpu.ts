import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { input, matmul } from '../graph/build';
import type { Program } from '../graph/program';
import { DeviceError } from './device-error';
import {
  type AnyTensor,
  type DeviceExecutor,
  type DeviceTensor,
  type Fallbacks,
  floatTensor,
  type Tensor,
} from './executor';
import { onnxruntimeVersion } from './onnxruntime';
import { type DeviceContext, OnnxruntimeDeviceProgram } from './onnxruntime-device-program';

export interface WebgpuOptions {
  /** Threads of what the processor does of a program; 0 takes one for each core. */
  readonly threads?: number;
}

/**
 * Runs programs on the graphics card, by the WebGPU that onnxruntime brings along: over Direct3D 12, Vulkan or Metal.
 *
 * @throws DeviceError where there is none
 */
export async function openWebgpu({ threads = 0 }: WebgpuOptions = {}): Promise<DeviceExecutor> {
  const executor = new WebgpuExecutor(threads > 0 ? threads : availableParallelism());
  try {
    await executor.start();
    return executor;
  } catch (error) {
    await executor.close();
    throw error;
  }
}

class WebgpuExecutor implements DeviceExecutor {
  readonly isDevice = true;
  readonly name = `onnxruntime ${onnxruntimeVersion}, webgpu`;
  hasHalf = false;
  private profiles = 0;
  private readonly living = new Set<DeviceTensor>();
  private readonly programs = new Set<OnnxruntimeDeviceProgram>();
  private readonly found = new Map<string, Fallbacks>();
  /** Programs that take a tensor to the device or back, by what it is. */
  private readonly transfers = new Map<string, Promise<OnnxruntimeDeviceProgram>>();
  private readonly context: DeviceContext;
  /** Of the profiles of programs that did not run yet. */
  private readonly folder = mkdtempSync(join(tmpdir(), 'textclf-profile-'));
  private readonly removeFolder = () => rmSync(this.folder, { recursive: true, force: true });

  constructor(readonly threads: number) {
    process.once('exit', this.removeFolder);
    this.context = {
      device: 'webgpu',
      threads,
      living: this.living,
      download: (tensor) => this.download(tensor),
    };
  }

  /** Finds the device: the first session opens it, and it is there as long as one of the sessions is. */
  async start(): Promise<void> {
    (await this.upload(floatTensor([1]))).release();
    this.hasHalf = await this.computesInHalf();
  }

  compile(program: Program, weights?: ReadonlyMap<string, Float32Array>) {
    return this.open(program, {}, weights);
  }

  compileKept(program: Program, options: Parameters<DeviceExecutor['compileKept']>[1]) {
    return this.open(program, options);
  }

  async compileCopies(program: Program): Promise<[OnnxruntimeDeviceProgram]> {
    return [await this.open(program)];
  }

  async upload(tensor: Tensor): Promise<DeviceTensor> {
    const { kept } = await (await this.transfer(tensor, ['moved'])).step({ tensor });
    return kept.moved!;
  }

  async download(tensor: DeviceTensor): Promise<Tensor> {
    const { results } = await (await this.transfer(tensor, [])).step({ tensor });
    return results.moved!;
  }

  fallbacks(): ReadonlyMap<string, Fallbacks> {
    return this.found;
  }

  async close(): Promise<void> {
    for (const tensor of [...this.living]) tensor.release();
    const opened = await Promise.allSettled(this.transfers.values());
    const transfers = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const ended = await Promise.allSettled(
      [...this.programs, ...transfers].map((program) => program.release()),
    );
    process.off('exit', this.removeFolder);
    this.removeFolder();
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }

  private async open(...[program, options, weights]: OpenArguments): Promise<OnnxruntimeDeviceProgram> {
    const context: DeviceContext = {
      ...this.context,
      profile: join(this.folder, String(this.profiles++)),
      fellBack: (fallbacks) => this.found.set(program.name, most(this.found.get(program.name), fallbacks)),
      released: (released) => this.programs.delete(released),
    };
    const opened = await OnnxruntimeDeviceProgram.open(program, context, options, weights);
    this.programs.add(opened);
    return opened;
  }

  private transfer({ dtype, shape }: AnyTensor, kept: readonly string[]): Promise<OnnxruntimeDeviceProgram> {
    const key = `${dtype} ${shape.length} ${kept}`;
    let known = this.transfers.get(key);
    if (!known) {
      const dims = shape.map((_, axis) => `size${axis}`);
      const tensor = input('tensor', dims, dtype);
      const program = { name: 'transfer', inputs: [tensor], outputs: { moved: tensor } };
      known = OnnxruntimeDeviceProgram.open(program, this.context, { kept });
      this.transfers.set(key, known);
    }
    return known;
  }

  /** The device says so only when a shader of 16 bits is made. */
  private async computesInHalf(): Promise<boolean> {
    const [a, b] = [input('a', [4, 4]), input('b', [4, 4])];
    const program = { name: 'half', inputs: [a, b], outputs: { product: matmul(a, b) } };
    const opened = await OnnxruntimeDeviceProgram.open(program, this.context, { half: true });
    try {
      await opened.run({ a: floatTensor([4, 4]), b: floatTensor([4, 4]) });
      return true;
    } catch (error) {
      if (error instanceof DeviceError) throw error;
      return false;
    } finally {
      await opened.release();
    }
  }
}

/** What programs of one name do: of each operation the most that one of them has. */
function most(before: Fallbacks = {}, now: Fallbacks): Fallbacks {
  const counts = Object.entries(now).map(([name, count]) => [name, Math.max(count, before[name] ?? 0)]);
  return { ...before, ...Object.fromEntries(counts) };
}

type OpenArguments = [
  program: Program,
  options?: Parameters<DeviceExecutor['compileKept']>[1],
  weights?: ReadonlyMap<string, Float32Array>,
];
