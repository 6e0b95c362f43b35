import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { DeviceError } from '../device-error';
import { bringBackUtil } from './shims';
import type { Tf } from './tf';

export interface TensorflowChoice {
  /** `auto` takes a GPU where TensorFlow finds one, else the processor. */
  readonly device: 'auto' | 'cpu' | 'cuda';
  /**
   * Whose node_modules has it; else the folder that TEXTCLF_TENSORFLOW names. Never the working folder: it may be a
   * stranger's, and what is loaded is run.
   */
  readonly folder?: string;
  /** Threads inside an operation; 0, or nothing, takes one for each core. */
  readonly threads?: number;
}

export interface LoadedTensorflow {
  readonly tf: Tf;
  /** For people: "TensorFlow.js 4.22.0, cuda". */
  readonly name: string;
  readonly version: string;
  /** What it computes on in truth: without a GPU the package for GPUs takes the processor. */
  readonly device: 'cpu' | 'cuda';
}

const CPU = '@tensorflow/tfjs-node';
const GPU = '@tensorflow/tfjs-node-gpu';
/** Which are tried, the first that loads is taken. */
const packages = { auto: [GPU, CPU], cuda: [GPU], cpu: [CPU, GPU] } as const;

const INSTALL =
  'In VS Code run the command "TextClf: Install TensorFlow Executor"; in a terminal, ' +
  '"npm install @tensorflow/tfjs-node@4.22.0" in a folder of its own, and set TEXTCLF_TENSORFLOW to that folder.';

const manifestSchema = z.object({ version: z.string() });

/**
 * Loads TensorFlow.js's native package, which the person has installed by themselves.
 *
 * @throws DeviceError 'missing' where there is none, it is not of version 4, it does not load, or has no GPU where
 * one is asked for
 */
export async function loadTensorflow(choice: TensorflowChoice): Promise<LoadedTensorflow> {
  const { device } = choice;
  const named = choice.folder ?? process.env.TEXTCLF_TENSORFLOW;
  if (!named) throw missing(`TensorFlow.js (${packages[device].join(' or ')}) is not installed.`, INSTALL);
  const folder = resolve(named);
  prepareEnvironment(choice);
  const errors: DeviceError[] = [];
  for (const name of packages[device]) {
    const version = findVersion(folder, name);
    if (version === undefined) continue;
    try {
      return await open(folder, name, version, device);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      errors.push(error);
    }
  }
  throw errors[0] ?? missing(`There is no ${packages[device].join(' or ')} in ${folder}.`, INSTALL);
}

/** What TensorFlow's native library reads when it is loaded. */
function prepareEnvironment({ device, threads = 0 }: TensorflowChoice): void {
  // It tells of every library that it has found, in the midst of what a training prints.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Products in 19 bits, unasked, are not what "float32" says.
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  if (threads > 0) process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  if (device === 'cpu') process.env.CUDA_VISIBLE_DEVICES = '-1';
}

async function open(
  folder: string,
  name: string,
  version: string,
  device: TensorflowChoice['device'],
): Promise<LoadedTensorflow> {
  const where = `${name} ${version} in ${folder}`;
  if (!version.startsWith('4.')) throw missing(`${where} is not of version 4.`, INSTALL);
  bringBackUtil();
  const tf = await load(folder, name, where);
  // tfjs-node says so of its backend; no other has it.
  const { isUsingGpuDevice = false } = tf.backend() as { isUsingGpuDevice?: boolean };
  if (device === 'cuda' && !isUsingGpuDevice) {
    throw missing(`${where} finds no GPU.`, CUDA);
  }
  const used = isUsingGpuDevice ? 'cuda' : 'cpu';
  return { tf, name: `TensorFlow.js ${version}, ${used}`, version, device: used };
}

const CUDA =
  'It needs an NVIDIA GPU with its driver, CUDA 11.2 and cuDNN 8.1, all on the path of libraries. ' +
  'With "runtime.device": "auto" it computes on the processor.';

async function load(folder: string, name: string, where: string): Promise<Tf> {
  try {
    const tf: Tf = packagesOf(folder)(name);
    await tf.ready();
    return tf;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw missing(
      `${where} does not load: ${words.split('\n', 1)[0]!.trim()}`,
      `Run "npm rebuild ${name} --build-addon-from-source" in ${folder}, or install it anew there. ${INSTALL}`,
      error,
    );
  }
}

/** Node's own way from a folder to a package: not an import, which a bundler would follow. */
function packagesOf(folder: string): NodeJS.Require {
  return createRequire(join(folder, 'package.json'));
}

/** The version of a package that is there. */
function findVersion(folder: string, name: string): string | undefined {
  const packages = packagesOf(folder);
  try {
    return manifestSchema.parse(packages(`${name}/package.json`)).version;
  } catch {
    return undefined;
  }
}

function missing(message: string, hint: string, cause?: unknown): DeviceError {
  return new DeviceError('missing', message, { hint, cause });
}
