/** Runs on the graphics card that the environment names; what was found goes to standard output as JSON. */
import '../../../src/runtime/environment';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { broadcast, input, neg, scatterAddRows, sum } from '../../../src/graph/build';
import { toOnnx } from '../../../src/onnx/model';
import { DeviceError } from '../../../src/runtime/device-error';
import { type DeviceExecutor, floatTensor } from '../../../src/runtime/executor';
import { loadModelFile, onnxruntimeExecutor } from '../../../src/runtime/onnxruntime';
import { openWebgpu } from '../../../src/runtime/onnxruntime-webgpu';
import { families } from '../../support/families';
import { operationProgram, operationRows } from '../../support/operation-rows';
import { intTensor } from '../../support/run';
import { stepSettings, stepsOn } from '../../support/step-settings';
import { tenSteps } from '../../support/ten-steps';
import type { FamilyFound, RowFound, TroubleFound, WebgpuFound } from './webgpu-found';

const plain = ({ data }: { data: Float32Array | BigInt64Array }) => Array.from(data, Number);

async function runRows(executor: DeviceExecutor): Promise<RowFound[]> {
  const found: RowFound[] = [];
  for (const [op, rows] of Object.entries(operationRows)) {
    for (const [i, row] of rows.entries()) {
      const name = `${op} ${i}`;
      const executable = await executor.compile(operationProgram(row, name));
      const results = Object.values(await executable.run(row.inputs ?? {}));
      await executable.release();
      found.push({
        name,
        results: results.map((result) => ({ shape: result.shape, data: plain(result) })),
        fallbacks: executor.fallbacks().get(name)!,
      });
    }
  }
  return found;
}

/** On an executor of its own, so that it is known whose programs fell back. */
async function onOwn(
  name: string,
  work: (executor: DeviceExecutor) => Promise<number[]>,
): Promise<FamilyFound> {
  const executor = await openWebgpu({ threads: 2 });
  const losses = await work(executor);
  const fallbacks = Object.fromEntries(executor.fallbacks());
  await executor.close();
  return { name, losses, fallbacks };
}

async function runFamilies(): Promise<FamilyFound[]> {
  const found: FamilyFound[] = [];
  for (const family of families)
    found.push(await onOwn(family.name, (executor) => tenSteps(executor, family)));
  return found;
}

async function runSettings({ hasHalf }: DeviceExecutor): Promise<FamilyFound[]> {
  const found: FamilyFound[] = [];
  for (const setting of stepSettings) {
    if (hasHalf || !setting.changes.half)
      found.push(await onOwn(setting.name, (executor) => stepsOn(executor, setting)));
  }
  return found;
}

/** Numbers go to the device and come back as they are, whatever happens meanwhile to those that were given. */
async function moveTensors(executor: DeviceExecutor): Promise<number[][]> {
  const moved: number[][] = [];
  for (const tensor of [
    floatTensor([2, 1, 3], [1, -2, 3.5, 1e30, -0.1, 0]),
    floatTensor([], [7]),
    intTensor([3], [2 ** 31 - 1, -(2 ** 31), 0]),
    floatTensor([0, 4]),
  ]) {
    const there = await executor.upload(tensor);
    tensor.data.reverse();
    const back = await executor.download(there);
    there.release();
    moved.push([...back.shape, ...plain(back)]);
  }
  return moved;
}

/** Many numbers added at few places: an operation that adds in parallel and loses some shows. */
async function addAtSamePlaces(executor: DeviceExecutor): Promise<number[]> {
  const [values, ids] = [input('values', ['n', 8]), input('ids', ['n'], 'int64')];
  const outputs = { sums: scatterAddRows(values, ids, 3) };
  const executable = await executor.compile({ name: 'scatter', inputs: [values, ids], outputs });
  const count = 3000;
  const { sums } = await executable.run({
    values: floatTensor(
      [count, 8],
      Array.from({ length: count * 8 }, (_, i) => i % 8),
    ),
    ids: intTensor(
      [count],
      Array.from({ length: count }, (_, i) => i % 3),
    ),
  });
  await executable.release();
  return plain(sums!);
}

/** Steps over tensors that stay on the device, with a new length every time: resident memory on the way, in MB. */
async function stepOnDevice(executor: DeviceExecutor): Promise<{ last: number; memory: number[] }> {
  const [state, batch] = [input('state', [500_000]), input('batch', ['length', 16])];
  const next = neg(state);
  const outputs = { next, total: sum(batch, [0, 1]) };
  const executable = await executor.compileKept(
    { name: 'steps', inputs: [state, batch], outputs },
    { kept: ['next'] },
  );
  let there = await executor.upload(floatTensor([500_000], new Float32Array(500_000).fill(3)));
  const memory: number[] = [];
  for (let step = 1; step <= 200; step++) {
    const length = 100 + (step % 50);
    const { kept } = await executable.step({ state: there, batch: floatTensor([length, 16]) });
    there.release();
    there = kept.next!;
    if (step % 50 === 0) memory.push(Math.round(process.memoryUsage().rss / 1e6));
  }
  const { data } = await executor.download(there);
  there.release();
  await executable.release();
  return { last: Number(data[499_999]), memory };
}

/** The provider under the executor whose tensors are all in host memory, by a program and by a model file. */
async function runHosted(): Promise<number[][]> {
  const row = operationRows.affine[1]!;
  const program = operationProgram(row, 'hosted');
  const executor = onnxruntimeExecutor({ provider: 'webgpu', threads: 2 });
  const executable = await executor.compile(program);
  const into = { result0: floatTensor(row.expected[0]![0]) };
  await executable.run(row.inputs!, into);
  await executable.release();
  const path = join(process.argv[3]!, 'model.onnx');
  writeFileSync(path, toOnnx(program, undefined, { standard: true }));
  const opened = await loadModelFile(path, { provider: 'webgpu', threads: 2 });
  const { result0 } = await opened.run(row.inputs!);
  await opened.release();
  return [plain(into.result0), plain(result0!)];
}

async function troubleOf(work: () => Promise<unknown>): Promise<TroubleFound> {
  try {
    await work();
    return { trouble: 'none', message: '' };
  } catch (error) {
    const { message } = error as Error;
    return error instanceof DeviceError
      ? { trouble: error.trouble, message, hint: error.hint }
      : { trouble: 'another', message };
  }
}

async function meetTroubles(executor: DeviceExecutor): Promise<Record<string, TroubleFound>> {
  const one = input('one', [1]);
  // 1.2 GB, where devices promise no buffers above 256 MB.
  const program = { name: 'large', inputs: [one], outputs: { all: broadcast(one, [300_000_000]) } };
  const large = await executor.compileKept(program, { kept: ['all'] });
  const memory = await troubleOf(() => large.step({ one: floatTensor([1]) }));
  await large.release();
  const tensor = await executor.upload(floatTensor([1]));
  tensor.release();
  return {
    memory,
    'use after release': await troubleOf(() => executor.download(tensor)),
    'second release': await troubleOf(async () => tensor.release()),
  };
}

async function findAll(): Promise<WebgpuFound> {
  const executor = await openWebgpu({ threads: 2 });
  const found: WebgpuFound = {
    name: executor.name,
    rows: await runRows(executor),
    moved: await moveTensors(executor),
    sums: await addAtSamePlaces(executor),
    steps: await stepOnDevice(executor),
    hosted: await runHosted(),
    troubles: await meetTroubles(executor),
    // The device, with all its shaders, stays as long as an executor is open.
    families: await runFamilies(),
    settings: await runSettings(executor),
  };
  await executor.upload(floatTensor([4]));
  await executor.close();
  return found;
}

// Its arguments: what to do, and a folder for files.
const found = process.argv[2] === 'open' ? await troubleOf(() => openWebgpu()) : await findAll();
process.stdout.write(JSON.stringify(found));
