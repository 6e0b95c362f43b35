import { expect, it } from 'vitest';
import { deviceNotes, deviceText, fallbacksText } from '../../src/protocol/device-words';

it('tells threads where they count', () => {
  expect(deviceText('onnxruntime 1.30.0, cpu', 4, 'cpu')).toBe('onnxruntime 1.30.0, cpu, 4 threads');
  // A run of before devices had names.
  expect(deviceText('cpu', 1, undefined)).toBe('cpu, 1 thread');
  expect(deviceText('webgpu · NVIDIA', 4, 'webgpu')).toBe('webgpu · NVIDIA');
});

it('names what the processor does for a device', () => {
  expect(fallbacksText({ Scan: 2, TopK: 1 })).toBe('Scan (2), TopK (1) on the processor');
  expect(deviceNotes('it is fast', { Scan: 2 })).toEqual(['it is fast', 'Scan (2) on the processor']);
  expect(deviceNotes(undefined, {})).toEqual([]);
});
