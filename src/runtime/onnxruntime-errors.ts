import { DeviceError, type DeviceTrouble } from './device-error';

/**
 * What onnxruntime, Dawn (its WebGPU), Vulkan, Direct3D, Metal and CUDA say when a device fails, in the order in which they
 * are asked: what has no memory is also called invalid later on, and what is lost can be read no more.
 */
const words: readonly (readonly [DeviceTrouble, RegExp])[] = [
  ['missing', /Failed to get a WebGPU (adapter|device)|No supported adapters/i],
  ['missing', /backend not found|no available backend found|Failed to load (shared )?library/i],
  ['missing', /no CUDA-capable device|CUDA driver version is insufficient/i],
  ['memory', /out[ _-]?of[ _-]?(host|device)?[ _-]?memory|Failed to allocate memory|E_OUTOFMEMORY/i],
  ['memory', /exceeds the max buffer size limit|larger than the maximum storage buffer binding size/i],
  ['memory', /exceeding maxStorageBufferBindingSize|Failed to create GPU buffer|ALLOC_FAILED/i],
  // A buffer that could not be had is told of where it is used; why it could not, goes to the log alone.
  ['memory', /\[Invalid Buffer/],
  ['hung', /DEVICE_HUNG|VK_TIMEOUT|LAUNCH_TIMEOUT|CallbackErrorHang/i],
  ['lost', /device (is |was )?lost|DeviceLost|DEVICE_LOST|\[Device[^\]]*\] is lost/i],
  [
    'lost',
    /DEVICE_REMOVED|DEVICE_RESET|Failed to download data from buffer|Failed to wait for the operation/i,
  ],
];

/** Which trouble of a device an error's words tell of, if any. */
export function troubleOf(message: string): DeviceTrouble | undefined {
  return words.find(([, pattern]) => pattern.test(message))?.[0];
}

const said: Readonly<Record<DeviceTrouble, (device: string) => string>> = {
  missing: (device) => `there is no device for ${device} on this machine`,
  memory: (device) => `the memory of the device (${device}) is too small`,
  hung: (device) => `the device (${device}) does not answer`,
  lost: (device) => `the device (${device}) was lost`,
};

/** What WebGPU needs, by node's name of the system. */
const webgpuNeeds: Readonly<Record<string, string>> = {
  linux:
    "WebGPU needs a graphics card with its maker's driver and the Vulkan loader: on Debian and Ubuntu the package libvulkan1, on Fedora vulkan-loader.",
  win32: "WebGPU needs a graphics card that knows Direct3D 12, and its maker's driver.",
  darwin: 'WebGPU needs a graphics card that knows Metal.',
};

const needs: Readonly<Record<string, string>> = {
  webgpu: webgpuNeeds[process.platform] ?? webgpuNeeds.linux!,
  cuda: 'CUDA needs Linux x64, CUDA 12 with cuDNN 9, and ONNX Runtime\'s CUDA libraries, which its package does not have but its installer fetches: "ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node".',
  coreml: 'CoreML is there on macOS alone.',
  directml:
    'DirectML is there on Windows alone, and not in the extension, which leaves its library out; WebGPU uses the same cards.',
};

const hints: Readonly<Record<DeviceTrouble, (device: string) => string>> = {
  missing: (device) => `${needs[device] ?? ''} "device": "cpu" works everywhere.`.trim(),
  memory: () =>
    'Take smaller batches with "gradientAccumulation", shorter texts, or "recompute"; or the device "cpu".',
  hung: () => 'Its driver may be overloaded or out of date. Update it, or take the device "cpu".',
  lost: () => 'It was removed or reset, its driver crashed, or the machine slept.',
};

/** A device's error in its own words as one for people; any other, the processor's among them, stays as it is. */
export function deviceError(error: unknown, device: string): unknown {
  if (device === 'cpu' || error instanceof DeviceError) return error;
  const trouble = troubleOf(error instanceof Error ? error.message : String(error));
  if (!trouble) return error;
  return new DeviceError(trouble, said[trouble](device), { hint: hints[trouble](device), cause: error });
}

/** What `work` gives; where the device fails, a DeviceError says so. */
export async function onDevice<Result>(device: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw deviceError(error, device);
  }
}
