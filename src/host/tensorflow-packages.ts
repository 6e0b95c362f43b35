import type { FoundDevice } from '../protocol/devices';

/** The packages of TensorFlow.js that compute natively, as they are offered to be installed. */
export interface TensorflowPackage {
  readonly name: string;
  readonly title: string;
  /** What it is for. */
  readonly device: 'cpu' | 'cuda';
  /** What it needs that does not come with it; empty where that is nothing. */
  readonly needs: string;
  /** Bytes to download, the native library and all JavaScript packages together; about so many. */
  readonly download: number;
  /** Bytes on the disk, about. */
  readonly disk: number;
  /** `process.platform` and `process.arch` where it is offered. */
  readonly systems: readonly string[];
}

/** The last one that there is. */
export const tensorflowVersion = '4.22.0';

/**
 * Sizes: the native library, packed and unpacked (https://github.com/tensorflow/tfjs/issues/8196 for the processor,
 * https://github.com/SciSharp/TensorFlow.NET/issues/966 for CUDA), and 30 and 300 MB of JavaScript.
 */
const packages: readonly TensorflowPackage[] = [
  {
    name: '@tensorflow/tfjs-node',
    title: 'For the processor',
    device: 'cpu',
    needs: '',
    download: 140e6,
    disk: 700e6,
    systems: ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64', 'win32 x64'],
  },
  {
    name: '@tensorflow/tfjs-node-gpu',
    title: 'For NVIDIA cards, with CUDA',
    device: 'cuda',
    needs: 'CUDA 11.2, cuDNN 8.1 and a driver from 450 on have to be there.',
    download: 500e6,
    disk: 1.5e9,
    systems: ['linux x64', 'win32 x64'],
  },
];

/**
 * What is wrong with a package that npm has installed without a complaint: its library may miss another one, and it
 * may find no card. Undefined where it computes on what it is for.
 *
 * @param found what the command line says of it
 */
export function troubleOf(
  { device }: TensorflowPackage,
  found: readonly FoundDevice[],
): { message: string; hint?: string } | undefined {
  const ours = found.filter(({ engine }) => engine === 'tensorflow');
  const wanted = ours.find((one) => one.device === device);
  if (wanted?.isThere) return undefined;
  const hint = wanted?.reason === undefined ? {} : { hint: wanted.reason };
  return ours.some(({ isThere }) => isThere)
    ? { message: 'TensorFlow.js is installed, but computes on the processor alone.', ...hint }
    : { message: 'TensorFlow.js is installed, but can not be used.', ...hint };
}

export function packagesFor(platform: NodeJS.Platform, arch: string): TensorflowPackage[] {
  return packages.filter(({ systems }) => systems.includes(`${platform} ${arch}`));
}

/** This version has no build for Windows, so npm makes one: https://github.com/tensorflow/tfjs/issues/8688 */
export function buildNeeds(platform: NodeJS.Platform): string | undefined {
  if (platform !== 'win32') return undefined;
  return 'There is no ready build for Windows: Python and the C++ tools of Visual Studio have to be there to build it.';
}
