import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceError } from '../../../src/runtime/device-error';
import { floatTensor } from '../../../src/runtime/executor';
import { tensorflowExecutor } from '../../../src/runtime/tensorflow/executor';
import { loadTensorflow, type TensorflowChoice } from '../../../src/runtime/tensorflow/load';
import { checkOperation } from '../../support/check-operation';
import { installFake, worksOn } from '../../support/fake-tensorflow';
import { operationRows } from '../../support/operation-rows';

const fails = (words: string) => `throw new Error(${JSON.stringify(words)});`;

let folder: string;

const install = (name: 'tfjs-node' | 'tfjs-node-gpu', code: string, manifest?: object) =>
  installFake(folder, name, code, manifest);

async function refusal(choice: TensorflowChoice): Promise<DeviceError> {
  const error = await loadTensorflow(choice).catch((error) => error);
  expect(error).toBeInstanceOf(DeviceError);
  expect(error.trouble).toBe('missing');
  return error;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-tensorflow-'));
  // Both are set for the native library.
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined);
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', undefined);
  vi.stubEnv('TEXTCLF_TENSORFLOW', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('TensorFlow.js that the person has brought', () => {
  it('is loaded from a folder and computes', async () => {
    install('tfjs-node', worksOn('cpu'));
    const { tf, ...rest } = await loadTensorflow({ device: 'cpu', folder });
    expect(rest).toEqual({ name: 'TensorFlow.js 4.22.0, cpu', version: '4.22.0', device: 'cpu' });
    const executor = tensorflowExecutor(tf, rest);
    expect(executor.name).toBe(rest.name);
    await checkOperation(operationRows.matmul[0]!, 'matmul', executor);
    const kept = await executor.upload(floatTensor([2], [1, 2]));
    expect((await executor.download(kept)).data).toEqual(Float32Array.of(1, 2));
    kept.release();
  });

  it('is looked for in the folder that the environment names, and in no other', async () => {
    install('tfjs-node', worksOn('cpu'));
    vi.stubEnv('TEXTCLF_TENSORFLOW', folder);
    expect((await loadTensorflow({ device: 'auto' })).version).toBe('4.22.0');
    vi.stubEnv('TEXTCLF_TENSORFLOW', join(folder, 'elsewhere/deeper'));
    expect((await loadTensorflow({ device: 'auto' })).version).toBe('4.22.0');
    vi.stubEnv('TEXTCLF_TENSORFLOW', tmpdir());
    expect((await refusal({ device: 'auto' })).message).toContain(tmpdir());
  });

  const devices: [
    what: string,
    gpu: boolean | undefined,
    cpu: boolean,
    device: 'auto' | 'cpu' | 'cuda',
    used: string,
  ][] = [
    ['a GPU where there is one', true, true, 'auto', 'cuda'],
    ['the processor where the package for GPUs finds none', false, false, 'auto', 'cpu'],
    ['a GPU that is asked for', true, false, 'cuda', 'cuda'],
    ['the processor by the package for GPUs where it is the only one', false, false, 'cpu', 'cpu'],
  ];
  it.each(devices)('takes %s', async (_, gpu, hasCpu, device, used) => {
    if (gpu !== undefined) install('tfjs-node-gpu', worksOn(gpu ? 'cuda' : 'cpu'));
    if (hasCpu) install('tfjs-node', worksOn('cpu'));
    const loaded = await loadTensorflow({ device, folder });
    expect([loaded.device, loaded.name]).toEqual([used, `TensorFlow.js 4.22.0, ${used}`]);
  });

  it('takes the other package where the one for GPUs does not load', async () => {
    install('tfjs-node-gpu', fails('libcudart.so.11.0: cannot open shared object file'));
    install('tfjs-node', worksOn('cpu'), { version: '4.21.0' });
    expect((await loadTensorflow({ device: 'auto', folder })).version).toBe('4.21.0');
  });

  it('hides GPUs where the processor is asked for, and says how many threads there shall be', async () => {
    install('tfjs-node-gpu', worksOn('cpu'));
    await loadTensorflow({ device: 'cpu', folder, threads: 3 });
    expect([process.env.CUDA_VISIBLE_DEVICES, process.env.TF_NUM_INTRAOP_THREADS]).toEqual(['-1', '3']);
  });

  it('gets what Node 23 took from util, for as long as it is missing', async () => {
    const functions = util as unknown as Record<string, unknown>;
    const { isArray, isNullOrUndefined } = functions;
    try {
      delete functions.isNullOrUndefined;
      functions.isArray = undefined;
      install('tfjs-node', worksOn('cpu'));
      await loadTensorflow({ device: 'cpu', folder });
      const brought = functions.isNullOrUndefined as (value: unknown) => boolean;
      expect([undefined, null, 0, '', []].map(brought)).toEqual([true, true, false, false, false]);
      const own = () => true;
      functions.isArray = own;
      install('tfjs-node-gpu', worksOn('cuda'));
      await loadTensorflow({ device: 'cuda', folder });
      expect(functions.isArray).toBe(own);
    } finally {
      Object.assign(functions, { isArray, isNullOrUndefined });
    }
  });
});

describe('what is told where it cannot be had', () => {
  it('nothing installed', async () => {
    const { message, hint } = await refusal({ device: 'auto', folder });
    expect(message).toBe(`There is no @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node in ${folder}.`);
    expect(hint).toContain('TextClf: Install TensorFlow Executor');
    expect(hint).toContain('TEXTCLF_TENSORFLOW');
  });

  it('a GPU is asked for, and only the package for the processor is there', async () => {
    install('tfjs-node', worksOn('cpu'));
    expect((await refusal({ device: 'cuda', folder })).message).toBe(
      `There is no @tensorflow/tfjs-node-gpu in ${folder}.`,
    );
  });

  it('the package for GPUs finds none', async () => {
    install('tfjs-node-gpu', worksOn('cpu'));
    const { message, hint } = await refusal({ device: 'cuda', folder });
    expect(message).toBe(`@tensorflow/tfjs-node-gpu 4.22.0 in ${folder} finds no GPU.`);
    expect(hint).toContain('CUDA 11.2');
  });

  it('its native part is not there', async () => {
    // tfjs-node's own words.
    install(
      'tfjs-node',
      fails('The Node.js native addon module (tfjs_binding.node) can not be found at path: x. \nPlease run'),
    );
    const { message, hint } = await refusal({ device: 'cpu', folder });
    expect(message).toBe(
      `@tensorflow/tfjs-node 4.22.0 in ${folder} does not load: ` +
        'The Node.js native addon module (tfjs_binding.node) can not be found at path: x.',
    );
    expect(hint).toContain('npm rebuild @tensorflow/tfjs-node');
  });

  it.each(['3.21.1', '5.0.0', '40.1.0'])('version %s', async (version) => {
    install('tfjs-node', fails('It shall not be loaded.'), { version });
    const { message } = await refusal({ device: 'auto', folder });
    expect(message).toBe(`@tensorflow/tfjs-node ${version} in ${folder} is not of version 4.`);
  });

  it.each([{ version: 4 }, { version: undefined }])('a manifest that is none: %j', async (manifest) => {
    install('tfjs-node', worksOn('cpu'), manifest);
    expect((await refusal({ device: 'cpu', folder })).message).toMatch(/^There is no/);
  });
});
