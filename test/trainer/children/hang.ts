// A training whose device answers a few times and then never again. Arguments: the workspace folder, and what hangs.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseExperiment, resolvedToJson } from '../../../src/experiment/parse';
import { runPaths } from '../../../src/runs/paths';
import { createRun } from '../../../src/runs/run-writer';
import type { DeviceExecutor } from '../../../src/runtime/executor';
import { withWatch } from '../../../src/trainer/device-watch';
import { watched } from '../../../src/trainer/device-watch-executor';

const [root, what] = process.argv.slice(2) as [string, 'step' | 'compile' | 'nothing'];

/** As a driver does: the thread does nothing else meanwhile. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const hour = 3_600_000;
let steps = 0;
const device = {
  isDevice: true,
  name: 'a card',
  compileKept: async () => {
    if (what === 'compile') block(hour);
    return {
      // Comes back when all is over.
      run: () => setTimeout(500, {}),
      step: async () => {
        steps++;
        if (what === 'step' && steps === 6) block(hour);
        // Longer than the patience with a step, but this one compiles as well.
        else block(steps === 1 ? 1500 : 100);
        return { results: {}, kept: {} };
      },
      release: async () => {},
    };
  },
} as unknown as DeviceExecutor;

const experimentFile = join(root, 'my reviews.textclf.json');
const text =
  '{ "data": { "train": "a.csv" }, "model": { "type": "transformer" }, "runtime": { "device": "webgpu" } }';
const experiment = parseExperiment(text, experimentFile).experiment!;
const group = createRun({ ...newRun('group'), group: { kind: 'folds', planned: 5 } });
const run = createRun({ ...newRun('fold'), parent: { id: group.id, index: 1, label: 'fold 1' } });
for (const one of [group, run]) one.update({ status: 'running' });
run.emit({ type: 'started', id: run.id, name: 'fold' });
mkdirSync(runPaths(run.folder).model);
writeFileSync(join(runPaths(run.folder).model, 'model.onnx'), '');

function newRun(name: string) {
  return {
    ...{
      root,
      name,
      experimentFile,
      experimentText: resolvedToJson(experiment),
      model: 'transformer',
      seed: 42,
    },
    ...{ versions: { textclf: '0.1.0', onnxruntime: '1.30.0' }, device: device.name, threads: 1 },
  };
}

// As if it had been silent for long.
const { record } = runPaths(run.folder);
const old = { ...JSON.parse(readFileSync(record, 'utf8')), heartbeat: '2026-01-01T00:00:00.000Z' };
writeFileSync(record, JSON.stringify(old));

const settings = ['training.epochs=3'];
const failed = { id: run.id, folder: run.folder, experimentFile, experiment, settings };
const isChild = process.argv[4] === 'child';
const choice = { engine: 'onnxruntime', device: 'webgpu' } as const;
await withWatch(choice, isChild ? { ...failed, group: group.folder } : failed, async (marks) => {
  const program = await (watched(device, marks) as DeviceExecutor).compileKept({} as never, {});
  for (let i = 0; i < 8; i++) {
    await program.step({});
    run.emit({ type: 'warning', message: `step ${i + 1}` });
  }
  // Between two calls nobody waits for the device, however long that takes.
  block(1500);
  void program.run({});
});
for (const one of [run, group]) one.finish('succeeded');
