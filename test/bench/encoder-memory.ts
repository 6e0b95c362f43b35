import { fileURLToPath } from 'node:url';
import { createRandom } from '../../src/data/random';
import type { EncoderConfig } from '../../src/pretrained/config';
import { sizeOf } from '../../src/runtime/executor';
import { onnxruntimeExecutor } from '../../src/runtime/onnxruntime';
import { makeBatch } from '../../src/trainer/batch';
import { initialize } from '../../src/trainer/parameters';
import type { EncoderShape } from '../../src/trainer/pretrained-programs';
import { PretrainedStep } from '../../src/trainer/pretrained-step';
import { timedProcess } from './process';
import { printTable } from './table';

/** BERT-base, 110 million parameters; random ones take as much room as trained ones. */
export const bertBase: EncoderConfig = {
  architecture: 'bert',
  modelType: 'bert',
  vocabularySize: 30_522,
  embeddingSize: 768,
  hiddenSize: 768,
  layers: 12,
  heads: 12,
  feedForwardSize: 3072,
  activation: 'gelu',
  normEpsilon: 1e-12,
  positions: 512,
  firstPosition: 0,
  tokenTypes: 2,
  paddingId: 0,
  dropout: 0.1,
  attentionDropout: 0.1,
  headDropout: 0.1,
  initializerRange: 0.02,
  json: {},
};

interface Setting {
  readonly batch: number;
  readonly time: number;
  readonly accumulation: number;
  readonly recompute: boolean;
}

const settings: readonly Setting[] = [
  { batch: 16, time: 128, accumulation: 1, recompute: false },
  { batch: 16, time: 128, accumulation: 1, recompute: true },
  { batch: 8, time: 256, accumulation: 2, recompute: false },
  { batch: 8, time: 256, accumulation: 2, recompute: true },
  { batch: 4, time: 512, accumulation: 4, recompute: false },
  { batch: 4, time: 512, accumulation: 4, recompute: true },
];

/** Prints the most memory that training steps of a 110 M encoder need, each setting in a process of its own. */
export async function measureEncoderMemory(threads: number): Promise<void> {
  const rows: string[][] = [];
  for (const setting of settings) {
    const bench = fileURLToPath(import.meta.url);
    const parameters = [bench, '--encoder-step', JSON.stringify(setting), '--threads', String(threads)];
    const { lines } = await timedProcess(process.execPath, parameters);
    const { memory, milliseconds, parameters: count } = JSON.parse(lines.at(-1)!) as StepFacts;
    rows.push([
      `${setting.batch} texts of ${setting.time} tokens`,
      String(setting.accumulation),
      setting.recompute ? 'recomputed' : 'kept',
      (memory / 1e9).toFixed(2),
      Math.round(milliseconds).toLocaleString('en'),
      `${Math.round(count / 1e6)} M`,
    ]);
  }
  printTable(['', 'batches a step', 'activations', 'GB', 'ms a batch', 'parameters'], rows);
}

interface StepFacts {
  /** Bytes that were resident at most. */
  readonly memory: number;
  readonly milliseconds: number;
  readonly parameters: number;
}

/** Takes two steps of one setting and prints what they needed: run in a process of its own. */
export async function runEncoderStep(json: string, threads: number): Promise<void> {
  const { batch: size, time, accumulation, recompute } = JSON.parse(json) as Setting;
  const form = { task: 'single-label', loss: 'crossEntropy', outputs: 2 } as const;
  const config = bertBase;
  const shape: EncoderShape = { ...form, config, freezeEmbeddings: false, freezeLayers: 0 };
  const learningRate = 2e-5;
  const step = await PretrainedStep.compile(onnxruntimeExecutor({ threads }), {
    shape,
    optimizer: {
      ...{ type: 'adamW', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
    },
    gradientClip: 1,
    gradientClipBy: 'norm',
    gradientAccumulation: accumulation,
    layerLearningRateDecay: 1,
    recompute,
    startsFrozen: false,
    staysFrozen: false,
  });
  const random = createRandom(42);
  for (const spec of step.specs) {
    initialize(spec, step.parameters.values[spec.name]!.data as Float32Array, random);
  }
  const { table } = step.table;
  for (let i = config.embeddingSize; i < table.length; i++) table[i] = 0.02 * random.normal();
  const batch = makeBatch(
    Array.from({ length: size }, (_, i) => ({
      ids: Int32Array.from({ length: time }, () => 1 + random.integer(config.vocabularySize)),
      labels: [i % 2],
    })),
    shape,
  );
  const startedAt = performance.now();
  const batches = 2 * accumulation;
  for (let i = 1; i <= batches; i++) {
    const part = { divisor: accumulation * batch.divisor, isLast: i % accumulation === 0 };
    await step.train(batch, learningRate, random, part);
  }
  const facts: StepFacts = {
    memory: process.resourceUsage().maxRSS * 1024,
    milliseconds: (performance.now() - startedAt) / batches,
    parameters:
      step.specs.reduce((sum, spec) => sum + sizeOf(spec.shape), 0) +
      config.vocabularySize * config.embeddingSize,
  };
  console.log(JSON.stringify(facts));
  await step.release();
}
