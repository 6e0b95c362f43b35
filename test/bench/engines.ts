import type { DeviceExecutor, Executor } from '../../src/runtime/executor';
import { tensorflowExecutor } from '../../src/runtime/tensorflow/executor';
import { loadTensorflow } from '../../src/runtime/tensorflow/load';
import { printTable } from './table';
import { type Kind, size, textclfStep } from './workload';

/** A step of the usual benchmark would take TensorFlow.js's JavaScript minutes. */
const amount = { batch: 8, time: 32, vocabulary: 2000 };
/** What a turn of an engine takes at least, in milliseconds, once its first step is through. */
const TURN = 500;

/** The same training step on both engines, in turns: why onnxruntime is the default. */
export async function measureEngines(
  onnxruntime: Executor,
  kinds: readonly Kind[],
  rounds: number,
): Promise<void> {
  const tensorflow = await findTensorflow(onnxruntime.threads);
  const { batch, time, vocabulary } = amount;
  console.log(
    `One training step: batch ${batch}, ${time} tokens, ${size.embedding}-d embedding, ${size.hidden} units, ` +
      `${vocabulary} words, Adam; ${onnxruntime.threads} threads; medians of steps taken in ${rounds} turns.`,
  );
  const rows: string[][] = [];
  for (const kind of kinds) {
    const steps = [
      await textclfStep(onnxruntime, kind, amount),
      await textclfStep(tensorflow, kind, amount),
    ] as const;
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++)
      for (const [i, { run }] of steps.entries()) times[i]!.push(...(await takeTurn(run)));
    await Promise.all(steps.map((step) => step.release()));
    const [ours, theirs] = times.map(median) as [number, number];
    rows.push([kind.name, ours.toFixed(1), theirs.toFixed(1), (theirs / ours).toFixed(0)]);
  }
  printTable(['', `${onnxruntime.name}: ms a step`, `${tensorflow.name}: ms a step`, 'times'], rows);
}

async function findTensorflow(threads: number): Promise<DeviceExecutor> {
  const native = await loadTensorflow({ device: 'auto', threads }).catch((error: Error) => error);
  if (!(native instanceof Error)) return tensorflowExecutor(native.tf, native);
  console.log(`${native.message} Measured with TensorFlow.js's own JavaScript, in one thread.`);
  const tf = await import('@tensorflow/tfjs-core');
  tf.env().set('IS_TEST', true);
  await import('@tensorflow/tfjs-backend-cpu');
  return tensorflowExecutor(tf, { name: `TensorFlow.js ${tf.version_core}, JavaScript` });
}

/** The milliseconds of some steps, without the first, which finds the caches full of another's data. */
async function takeTurn(step: () => Promise<number>): Promise<number[]> {
  await step();
  const times: number[] = [];
  for (let sum = 0; sum < TURN; ) {
    const startedAt = performance.now();
    await step();
    const elapsed = performance.now() - startedAt;
    times.push(elapsed);
    sum += elapsed;
  }
  return times;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}
