import '../../src/runtime/environment';
import { parseArgs } from 'node:util';
import type { DeviceName } from '../../src/protocol/devices';
import { onnxruntimeExecutor, onnxruntimeVersion } from '../../src/runtime/onnxruntime';
import { measureBaseline } from './baseline';
import { measureDashboard } from './dashboard';
import { measureData } from './data';
import { measureDevice } from './device';
import { measureEditor } from './editor';
import { measureEncoderMemory, runEncoderStep } from './encoder-memory';
import { measureEngines } from './engines';
import { measureFineTuning } from './fine-tune';
import { measureHelper } from './helper-latency';
import { measureLabelErrors } from './label-errors';
import { measureMemory } from './memory';
import { startTorch } from './peer';
import { findPython } from './process';
import { printTable } from './table';
import { kinds, lstm, type Measured, matrixProducts, size, textclfStep, tokensPerStep } from './workload';

/**
 * npm run bench                    every model's step, beside PyTorch's where it is found
 * npm run bench -- --only cnn      those whose name has this in it
 * npm run bench -- --rounds 60     more turns, for a steadier median
 * npm run bench -- --engines       onnxruntime beside TensorFlow.js: why the first is the default
 * npm run bench -- --baseline      the baseline on film reviews, beside scikit-learn's where it is found
 * npm run bench -- --fine-tune    a pretrained encoder, beside Hugging Face's Trainer; TEXTCLF_BENCH_ENCODER names its folder
 * npm run bench -- --encoder-memory  what training a 110 M encoder needs, with activations kept and recomputed
 * npm run bench -- --label-errors   how many flipped labels are found, beside cleanlab's where it is found
 * npm run bench -- --data          from the start of a training to its first batch, beside pandas
 * npm run bench -- --memory        the resident size over 2 000 steps
 * npm run bench -- --predict       how long the editor waits for its helper's predictions
 * npm run bench -- --dashboard     what a long run and many runs cost the editor
 * npm run bench -- --editor        how long a real VS Code waits for the extension
 * npm run bench -- --device webgpu  a device's steps, beside PyTorch's on the same card and the processor's
 * npm run bench -- --profile NAME  onnxruntime's own profile of ten steps of an LSTM (or --only), as NAME_<time>.json
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    only: { type: 'string', default: '' },
    threads: { type: 'string', default: '2' },
    device: { type: 'string' },
    engines: { type: 'boolean', default: false },
    baseline: { type: 'boolean', default: false },
    'fine-tune': { type: 'boolean', default: false },
    'encoder-memory': { type: 'boolean', default: false },
    'encoder-step': { type: 'string' },
    'label-errors': { type: 'boolean', default: false },
    data: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    predict: { type: 'boolean', default: false },
    dashboard: { type: 'boolean', default: false },
    editor: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
/** Steps in a row that make a turn, and how many of them count. */
const TURN = { steps: 12, counted: 8 };
const threads = Number(values.threads);
const chosen = kinds.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()));
/** Beside the bundle of this file. */
const replicaFile = new URL('./replica.js', import.meta.url);

if (values.engines) {
  await measureEngines(onnxruntimeExecutor({ threads, replicaFile }), chosen, Number(values.rounds ?? 3));
} else if (values.baseline) await measureBaseline(Number(values.rounds ?? 3));
else if (values['fine-tune']) await measureFineTuning(threads, values.only);
else if (values['encoder-memory']) await measureEncoderMemory(threads);
else if (values['encoder-step']) await runEncoderStep(values['encoder-step'], threads);
else if (values['label-errors']) await measureLabelErrors(values.only);
else if (values.data) await measureData(values.only);
else if (values.memory) await measureMemory(threads);
else if (values.predict) await measureHelper();
else if (values.dashboard) await measureDashboard();
else if (values.editor) await measureEditor();
else if (values.device)
  await measureDevice({
    ...{ threads, kinds, only: values.only, rounds: Number(values.rounds ?? 10), replicaFile },
    ...{ device: values.device as DeviceName, amount: size, python: findPython('transformers') },
  });
else if (values.profile) await profile(values.profile);
else await compareSteps(Number(values.rounds ?? 12));

async function compareSteps(rounds: number): Promise<void> {
  const python = findPython('torch');
  const { batch, time, embedding, hidden, vocabulary } = size;
  console.log(
    `One training step: batch ${batch}, ${time} tokens, ${embedding}-d embedding, ${hidden} units, ` +
      `${vocabulary} words, Adam; ${threads} threads each; medians of steps taken in ${rounds} turns.`,
  );
  if (!python) console.log('PyTorch is not found (TEXTCLF_BENCH_PYTHON or python3): no comparison.');
  const rows: string[][] = [];
  for (const kind of chosen) {
    const executor = onnxruntimeExecutor({ threads, replicaFile });
    const startedAt = performance.now();
    const step = await textclfStep(executor, kind);
    const compile = performance.now() - startedAt;
    const products = await matrixProducts(executor, kind);
    const torch = python ? await startTorch(python, kind, threads) : undefined;
    const contestants = [timed(step), products && timed(products), torch && (() => torch.step())];
    const [ours, alone, theirs] = await takeTurns(contestants, rounds);
    torch?.close();
    await Promise.all([step.release(), products?.release()]);
    rows.push([
      kind.name,
      ours!.toFixed(1),
      Math.round(tokensPerStep / (ours! / 1000)).toLocaleString('en'),
      ...beside(ours!, alone),
      ...beside(ours!, theirs),
      compile.toFixed(0),
    ]);
    if (torch && rows.length === 1)
      console.log(`onnxruntime ${onnxruntimeVersion}, PyTorch ${torch.version}`);
  }
  printTable(
    [
      '',
      'ms a step',
      'tokens/s',
      'products, ms',
      'times products',
      'PyTorch, ms',
      'times PyTorch',
      'compile, ms',
    ],
    rows,
  );
}

/** Another's milliseconds, and how many times these ours are. */
function beside(ours: number, other: number | undefined): string[] {
  return other === undefined ? ['-', '-'] : [other.toFixed(1), (ours / other).toFixed(2)];
}

/** Takes one step; its milliseconds. */
type Contestant = () => Promise<number>;

function timed({ run }: Measured): Contestant {
  return async () => {
    const startedAt = performance.now();
    await run();
    return performance.now() - startedAt;
  };
}

/**
 * Medians of each contestant's milliseconds. All take some steps in turn, so that whatever else the machine does
 * strikes all alike; the first of each turn find the caches full of another's data and the threads on whichever
 * core its threads left free, which no training's step does, and do not count.
 */
async function takeTurns(
  contestants: readonly (Contestant | undefined)[],
  rounds: number,
): Promise<(number | undefined)[]> {
  const times: number[][] = contestants.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      if (!contestant) continue;
      const turn: number[] = [];
      for (let step = 0; step < TURN.steps; step++) turn.push(await contestant());
      if (round >= 0) times[i]!.push(...turn.slice(-TURN.counted));
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
}

async function profile(prefix: string): Promise<void> {
  const step = await textclfStep(
    onnxruntimeExecutor({ threads, profilePrefix: prefix }),
    values.only ? chosen[0]! : lstm,
  );
  for (let i = 0; i < 10; i++) await step.run();
  await step.release();
  console.log(`Profiles are in ${prefix}_*.json; open them in a trace viewer.`);
}
