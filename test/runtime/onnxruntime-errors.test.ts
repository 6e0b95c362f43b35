import { describe, expect, it } from 'vitest';
import { DeviceError, type DeviceTrouble } from '../../src/runtime/device-error';
import { deviceError, troubleOf } from '../../src/runtime/onnxruntime-errors';

/** As onnxruntime 1.30, Dawn and the drivers have them in their sources and in people's reports. */
const reports: readonly (readonly [DeviceTrouble | undefined, string])[] = [
  [
    'missing',
    'webgpu_context.cc:136 adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters',
  ],
  ['missing', 'Failed to get a WebGPU device: D3D12 create command queue failed'],
  ['missing', 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library'],
  ['missing', 'no available backend found. ERR: [coreml] backend not found.'],
  ['missing', 'CUDA failure 100: no CUDA-capable device is detected ; GPU=0'],
  [
    'memory',
    'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY\n - While calling [Device].CreateBuffer([BufferDescriptor]).\n    at CheckVkOOMThenSuccessImpl (VulkanError.cpp:119)',
  ],
  ['memory', 'D3D12 failed to allocate: E_OUTOFMEMORY (0x8007000E)'],
  [
    'memory',
    'WebGPU validation failed. Buffer size (1200000000) exceeds the max buffer size limit (1073741824).\n - While calling [Device].CreateBuffer([BufferDescriptor]).',
  ],
  [
    'memory',
    'Binding size (536870912) of [Buffer (unlabeled)] is larger than the maximum storage buffer binding size (134217728).',
  ],
  [
    'memory',
    'WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.\n - While encoding [CommandEncoder (unlabeled)].CopyBufferToBuffer',
  ],
  [
    'memory',
    'Failed to download data from buffer. [Invalid Buffer (unlabeled)] is invalid due to a previous error.',
  ],
  ['memory', 'buffer_manager.cc:412 Failed to create GPU buffer: size=4294967296'],
  ['memory', 'bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 643840'],
  ['memory', 'CUDA failure 2: out of memory ; GPU=0'],
  ['lost', '[Device "default"] is lost.\n - While calling [Queue].Submit'],
  ['lost', 'WebGPU device lost (2): vkQueueSubmit failed with VK_ERROR_DEVICE_LOST'],
  ['lost', 'D3D12 create command queue failed with DXGI_ERROR_DEVICE_REMOVED (0x887A0005)'],
  ['lost', 'Failed to download data from buffer. wgpu::MapAsyncStatus value: 4'],
  [
    'memory',
    'Command buffer execution failed: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)',
  ],
  ['hung', 'Caused GPU Hang Error (00000003:kIOGPUCommandBufferCallbackErrorHang)'],
  ['hung', 'Present failed with DXGI_ERROR_DEVICE_HUNG (0x887A0006)'],
  [undefined, 'Gemm: Dimension mismatch, W: {2,3} K: 4 N:3'],
  [undefined, 'Load model from model.onnx failed:Protobuf parsing failed.'],
  [undefined, 'Program Cast requires f16 but the device does not support it.'],
];

describe('what a device says', () => {
  it.each(reports)('is %s: %s', (trouble, message) => {
    expect(troubleOf(message)).toBe(trouble);
  });

  it('becomes an error with a way out, and keeps its own words', () => {
    for (const [trouble, message] of reports) {
      const cause = new Error(message);
      const error = deviceError(cause, 'webgpu');
      if (trouble === undefined) {
        expect(error).toBe(cause);
        continue;
      }
      expect(error).toBeInstanceOf(DeviceError);
      expect(error).toMatchObject({ trouble, cause, message: expect.stringContaining('webgpu') });
      expect((error as DeviceError).hint).toBeTruthy();
      expect(deviceError(error, 'webgpu')).toBe(error);
    }
  });

  it('is no trouble of a device where the processor says it', () => {
    const cause = new Error('Failed to allocate memory for requested buffer of size 643840');
    expect(deviceError(cause, 'cpu')).toBe(cause);
  });
});
