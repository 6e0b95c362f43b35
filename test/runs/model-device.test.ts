import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceChoice } from '../../src/protocol/devices';
import { deviceOfModel } from '../../src/runs/model-device';
import { runPaths } from '../../src/runs/paths';
import { createRun } from '../../src/runs/run-writer';
import { newRun } from './sample';
import { temporaryFolder } from './support';

/** The model folder of a run that was trained on a device. */
function trainedOn(runtime: DeviceChoice | undefined): string {
  const writer = createRun(newRun(temporaryFolder()));
  writer.update({ runtime });
  writer.finish('succeeded');
  const { model } = runPaths(writer.folder);
  mkdirSync(model);
  writeFileSync(join(model, 'config.json'), '{}');
  return model;
}

describe('a model is computed on', () => {
  it.each<[DeviceChoice | undefined, string]>([
    [{ engine: 'onnxruntime', device: 'webgpu', reason: 'It is fast.' }, 'webgpu'],
    [{ engine: 'onnxruntime', device: 'cuda' }, 'cuda'],
    [{ engine: 'onnxruntime', device: 'cpu' }, 'cpu'],
    // ONNX Runtime predicts, and of its CUDA nothing is known.
    [{ engine: 'tensorflow', device: 'cuda' }, 'cpu'],
    // A run of an earlier version.
    [undefined, 'cpu'],
  ])('what it was trained on: %j', (runtime, device) => {
    const model = trainedOn(runtime);
    expect(deviceOfModel(model)).toBe(device);
    expect(deviceOfModel(relative('', model))).toBe(device);
  });

  it('the same where it had to step aside', () => {
    const model = trainedOn({ engine: 'onnxruntime', device: 'webgpu' });
    renameSync(model, `${model}.old`);
    expect(deviceOfModel(`${model}.old`)).toBe('webgpu');
  });

  it('the processor where no run made it, or none that can be read', () => {
    const model = trainedOn({ engine: 'onnxruntime', device: 'webgpu' });
    const copied = join(model, '..', 'copied');
    mkdirSync(copied);
    writeFileSync(join(copied, 'config.json'), '{}');
    expect(deviceOfModel(copied)).toBe('cpu');
    expect(deviceOfModel(temporaryFolder())).toBe('cpu');
    writeFileSync(join(model, '..', 'run.json'), '{');
    expect(deviceOfModel(model)).toBe('cpu');
  });
});
