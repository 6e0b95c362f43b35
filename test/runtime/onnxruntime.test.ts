import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as g from '../../src/graph/build';
import { toOnnx } from '../../src/onnx/model';
import { devices } from '../../src/protocol/devices';
import { floatTensor } from '../../src/runtime/executor';
import { loadModelFile, onnxruntimeExecutor, supportedProviders } from '../../src/runtime/onnxruntime';
import { takeFallbacks } from '../../src/runtime/onnxruntime-profile';
import { operationProgram, operationRows } from '../support/operation-rows';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'textclf-providers-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const x = g.input('x', [2]);
const program = { name: 'double', inputs: [x], outputs: { y: g.add(x, x) } };

describe('providers', () => {
  it('are listed by the names of devices, the processor among them', () => {
    const supported = supportedProviders();
    expect(supported).toContainEqual({ name: 'cpu', bundled: true });
    expect(devices).toEqual(expect.arrayContaining(supported.map(({ name }) => name)));
  });

  it('that onnxruntime was not built with here are said to be missing, for programs and for files', async () => {
    const supported = new Set(supportedProviders().map(({ name }) => name));
    const provider = devices.find((device) => !supported.has(device))!;
    const path = join(folder, 'model.onnx');
    writeFileSync(path, toOnnx(program));
    const missing = {
      name: 'HumanError',
      trouble: 'missing',
      message: expect.stringContaining(provider),
      hint: expect.stringContaining('"device": "cpu"'),
    };
    const executor = onnxruntimeExecutor({ provider });
    expect(executor.name).toMatch(new RegExp(`, ${provider}$`));
    await expect(executor.compile(program)).rejects.toMatchObject(missing);
    await expect(executor.compileCopies(program, 2)).rejects.toMatchObject(missing);
    await expect(loadModelFile(path, { provider })).rejects.toMatchObject(missing);
    const opened = await loadModelFile(path, { provider: 'cpu' });
    const { y } = await opened.run({ x: floatTensor([2], [1, 2]) });
    await opened.release();
    expect(y!.data).toEqual(Float32Array.of(2, 4));
  });
});

it('a profile tells the operations that the processor did, those of loops once, and is taken away', async () => {
  const row = operationRows.scan[0]!;
  const profilePrefix = join(folder, 'profile');
  const executable = await onnxruntimeExecutor({ profilePrefix }).compile(operationProgram(row, 'scan'));
  // Three times over the loop's three.
  for (let i = 0; i < 3; i++) await executable.run(row.inputs!);
  await executable.release();
  expect(readdirSync(folder).filter((name) => name.startsWith('profile'))).toHaveLength(1);
  const fallbacks = takeFallbacks(profilePrefix);
  expect(fallbacks).toMatchObject({ Scan: 1, Mul: 1, Add: 1 });
  expect(readdirSync(folder).filter((name) => name.startsWith('profile'))).toEqual([]);
  expect(takeFallbacks(profilePrefix)).toEqual({});
});
