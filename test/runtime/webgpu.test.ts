/**
 * What onnxruntime's WebGPU computes on a graphics card in software: slow, but of the same shaders as on a real one.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxruntimeVersion } from '../../src/runtime/onnxruntime';
import { expectClose, largestError } from '../support/close';
import { families } from '../support/families';
import { hostDevice } from '../support/host-device';
import { operationRows } from '../support/operation-rows';
import { stepSettings, stepsOn } from '../support/step-settings';
import { cardlessEnvironment, runChild, swiftshaderEnvironment } from '../support/swiftshader';
import { tenStepsOnProcessor } from '../support/ten-steps';
import type { TroubleFound, WebgpuFound } from './children/webgpu-found';

const environment = swiftshaderEnvironment();
if (!environment) {
  const missing =
    'WebGPU is not tested: there is no SwiftShader driver, which Debian has in its package chromium.';
  if (process.env.CI && process.platform === 'linux') throw new Error(missing);
  console.warn(missing);
}

const child = 'test/runtime/children/webgpu.ts';

it.skipIf(process.platform !== 'linux')('says what is missing where there is no graphics card', async () => {
  const { trouble, message, hint } = await runChild<TroubleFound>(child, cardlessEnvironment(), ['open']);
  expect(trouble).toBe('missing');
  expect(message).toBe('there is no device for webgpu on this machine');
  expect(hint).toMatch(/libvulkan1.*"device": "cpu"/);
});

/** What the processor does of programs with a loop: the loop, what is in it, and copies from and to it. */
const ofLoops = /^(Scan|Memcpy(To|From)Host|Identity|(Fused)?Gemm|Add|Sub|Mul|Tanh|Sigmoid|Split|Concat)$/;
const hasLoop = (name: string) => /^(scan|rnn|gru|lstm)\b/.test(name);

describe.skipIf(!environment)('on a graphics card in software', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'textclf-webgpu-'));
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));
  let found: WebgpuFound;
  beforeAll(async () => {
    found = await runChild<WebgpuFound>(child, { ...environment!, TMPDIR: temporary }, ['all', temporary]);
  }, 240_000);

  it('is told by its name', () => {
    expect(found.name).toBe(`onnxruntime ${onnxruntimeVersion}, webgpu`);
  });

  it('leaves no file behind', () => {
    // The child's own, which it was told to write.
    expect(readdirSync(temporary)).toEqual(['model.onnx']);
  });

  it('every operation gives what was worked out by hand', () => {
    const rows = Object.entries(operationRows).flatMap(([op, list]) =>
      list.map(({ expected }, i) => ({ name: `${op} ${i}`, expected })),
    );
    expect(found.rows.map(({ name }) => name)).toEqual(rows.map(({ name }) => name));
    const wrong = rows.flatMap(({ name, expected }, i) => {
      const { results } = found.rows[i]!;
      expect(results.map(({ shape }) => shape)).toEqual(expected.map(([shape]) => shape));
      return results
        .filter(({ data }, k) => largestError(data, expected[k]![1]).error > 1e-5)
        .map(() => name);
    });
    expect(wrong).toEqual([]);
  });

  it('runs every operation but loops on the device', () => {
    const withFallbacks = found.rows.filter(({ fallbacks }) => Object.keys(fallbacks).length > 0);
    expect(withFallbacks.map(({ name }) => name)).toEqual(['scan 0', 'scan 1']);
  });

  it('takes tensors there and back as they are', () => {
    const float = Math.fround;
    expect(found.moved).toEqual([
      [2, 1, 3, 1, -2, 3.5, float(1e30), float(-0.1), 0],
      [7],
      [3, 2 ** 31 - 1, -(2 ** 31), 0],
      [0, 4],
    ]);
  });

  it('adds rows at the same places without losing any', () => {
    expect(found.sums).toEqual(Array.from({ length: 24 }, (_, i) => 1000 * (i % 8)));
  });

  it('keeps no more memory from step to step', () => {
    const { last, memory } = found.steps;
    expect(last).toBe(3);
    // A step's state takes 2 MB.
    expect(memory.at(-1)! - memory[0]!, `${memory}`).toBeLessThan(100);
  });

  it('computes with tensors in host memory, programs and files', () => {
    const expected = operationRows.affine[1]!.expected[0]![1];
    expect(found.hosted).toEqual([expected, expected]);
  });

  it('says that memory is too small, and goes on afterwards', () => {
    expect(found.troubles.memory).toMatchObject({
      trouble: 'memory',
      message: 'the memory of the device (webgpu) is too small',
    });
    expect(found.troubles.memory!.hint).toMatch(/smaller batches/);
    for (const misuse of ['use after release', 'second release'])
      expect(found.troubles[misuse]).toMatchObject({
        trouble: 'another',
        message: expect.stringMatching(/after its release/),
      });
  });

  it.each(families.map((family) => [family.name, family] as const))(
    'ten steps of %s have the losses that they have on the processor',
    async (name, family) => {
      const { losses } = found.families.find((one) => one.name === name)!;
      const expected = await tenStepsOnProcessor(family);
      expect(losses).toHaveLength(expected.length);
      expected.forEach((value, i) => {
        expect(Math.abs(losses[i]! / value - 1), `loss ${i}`).toBeLessThan(1e-4);
      });
    },
  );

  // The same dropout masks are drawn on the reference device, so that the losses are the same too.
  it.each(stepSettings.map((setting) => [setting.name, setting] as const))(
    'steps with %s are those of the reference device',
    async (name, setting) => {
      const { family, changes } = setting;
      const device = hostDevice();
      const expected = await stepsOn(device, setting);
      const ours = found.settings.find((one) => one.name === name);
      if (!ours) {
        expect(changes.half).toBe(true);
        console.warn(`${name} on WebGPU are not tested: the driver does not compute in 16 bits.`);
        return;
      }
      expectClose(ours.losses, expected, changes.half ? 1e-2 : 1e-4, name);
      // A loop is the processor's; no dropout mask, sum or update is.
      const fallbacks = Object.values(ours.fallbacks);
      const onDevice = fallbacks.filter(({ Scan }) => Scan === undefined);
      expect(onDevice).toEqual(onDevice.map(() => ({})));
      expect(onDevice.length < fallbacks.length).toBe(family === 'gru');
      expect(Object.keys(ours.fallbacks).sort()).toEqual(Object.keys(device.runs).sort());
    },
  );

  it('does all of a training on the device, but for the loops of recurrent models', () => {
    for (const { name, fallbacks } of found.families) {
      const programs = Object.entries(fallbacks);
      // Gradients, evaluation and update at least.
      expect(programs.length, name).toBeGreaterThan(2);
      const operations = programs.flatMap(([, counts]) => Object.keys(counts));
      expect(
        operations.filter((operation) => !(hasLoop(name) && ofLoops.test(operation))),
        name,
      ).toEqual([]);
      expect(operations.includes('Scan'), name).toBe(hasLoop(name));
    }
  });
});
