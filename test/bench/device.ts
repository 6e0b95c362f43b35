import { createRandom } from '../../src/data/random';
import type { EncoderConfig } from '../../src/pretrained/config';
import type { DeviceName } from '../../src/protocol/devices';
import { type DeviceExecutor, type Executor, isDevice } from '../../src/runtime/executor';
import { openExecutor } from '../../src/runtime/open-executor';
import { makeBatch } from '../../src/trainer/batch';
import { encoderOnDevice } from '../../src/trainer/device-models';
import { DeviceStep } from '../../src/trainer/device-step';
import { initialize } from '../../src/trainer/parameters';
import type { EncoderShape } from '../../src/trainer/pretrained-programs';
import { bertBase } from './encoder-memory';
import { startPeer } from './peer';
import { printTable } from './table';
import { type Amount, type Kind, type Measured, textclfStep } from './workload';

interface EncoderSize {
  readonly name: string;
  readonly config: EncoderConfig;
  readonly batch: number;
  readonly time: number;
}

const sizes: readonly EncoderSize[] = [
  { name: 'BERT-base, 32 texts of 128 tokens', config: bertBase, batch: 32, time: 128 },
  {
    name: 'MiniLM, 32 texts of 128 tokens',
    config: { ...bertBase, embeddingSize: 384, hiddenSize: 384, feedForwardSize: 1536, layers: 6 },
    batch: 32,
    time: 128,
  },
  // For a look at whether all works, on a card made of software.
  {
    name: 'tiny, 4 texts of 16 tokens',
    config: {
      ...bertBase,
      ...{ embeddingSize: 32, hiddenSize: 32, feedForwardSize: 64, layers: 2, heads: 2, vocabularySize: 500 },
    },
    batch: 4,
    time: 16,
  },
];

export interface DeviceBench {
  readonly device: DeviceName;
  readonly threads: number;
  readonly rounds: number;
  /** Of encoders and models, those with this in their name. */
  readonly only: string;
  readonly kinds: readonly Kind[];
  readonly amount: Amount;
  readonly python: string | undefined;
  readonly replicaFile: URL;
}

/** A device's steps: encoders beside PyTorch's on the same card, other models beside the processor's. */
export async function measureDevice(bench: DeviceBench): Promise<void> {
  const { device, threads, replicaFile, python } = bench;
  const executor = await openExecutor({ engine: 'onnxruntime', device }, { threads });
  if (!isDevice(executor)) throw new Error(`${executor.name} has no memory of its own.`);
  const processor = await openExecutor({ engine: 'onnxruntime', device: 'cpu' }, { threads, replicaFile });
  console.log(`${executor.name}, beside ${processor.name}; ${bench.rounds} steps each.`);
  if (!python) console.log('transformers is not found (TEXTCLF_BENCH_PYTHON or python3): no comparison.');
  const isChosen = ({ name }: { readonly name: string }) =>
    name.toLowerCase().includes(bench.only.toLowerCase());
  await compareEncoders(executor, sizes.filter(isChosen), bench);
  await compareModels(executor, processor, bench.kinds.filter(isChosen), bench);
  await executor.close();
}

async function compareEncoders(
  executor: DeviceExecutor,
  chosen: readonly EncoderSize[],
  { rounds, python, threads }: DeviceBench,
): Promise<void> {
  const rows: string[][] = [];
  for (const size of chosen) {
    for (const precision of executor.hasHalf ? (['float32', 'float16'] as const) : (['float32'] as const)) {
      const { config, batch, time } = size;
      const { hiddenSize, layers, heads, feedForwardSize, vocabularySize: vocabulary } = config;
      const tokens = (milliseconds: number) =>
        Math.round((batch * time) / (milliseconds / 1000)).toLocaleString('en');
      const step = await encoderStep(executor, size, precision === 'float16');
      const ours = await medianOf(step.run, rounds);
      await step.release();
      const options = { hiddenSize, layers, heads, feedForwardSize, vocabulary, batch, time };
      const peer =
        python && (await startPeer(python, 'encoder_torch.py', { ...options, precision, threads }));
      const theirs = peer ? await medianOf(() => peer.step(), rounds) : undefined;
      if (peer) peer.close();
      rows.push([
        size.name,
        precision,
        ours.toFixed(1),
        tokens(ours),
        ...(theirs && peer ? [peer.version, tokens(theirs), (theirs / ours).toFixed(2)] : ['-', '-', '-']),
      ]);
    }
  }
  if (rows.length > 0)
    printTable(
      ['', 'precision', 'ms a step', 'tokens/s', 'PyTorch', 'its tokens/s', 'times its speed'],
      rows,
    );
}

async function compareModels(
  executor: DeviceExecutor,
  processor: Executor,
  kinds: readonly Kind[],
  { rounds, amount }: DeviceBench,
): Promise<void> {
  const rows: string[][] = [];
  for (const kind of kinds) {
    const [there, here] = [
      await textclfStep(executor, kind, amount),
      await textclfStep(processor, kind, amount),
    ];
    const [device, cpu] = [await medianOf(there.run, rounds), await medianOf(here.run, rounds)];
    await Promise.all([there.release(), here.release()]);
    rows.push([kind.name, device.toFixed(1), cpu.toFixed(1), (device / cpu).toFixed(2)]);
  }
  const { batch, time } = amount;
  if (rows.length > 0)
    printTable(
      [`batch ${batch}, ${time} tokens`, 'device, ms', 'processor, ms', 'times the processor'],
      rows,
    );
}

/** A step of an encoder with random weights: AdamW, clipping by norm 1, dropout as in the configuration. */
async function encoderStep(
  executor: DeviceExecutor,
  { config, batch: texts, time }: EncoderSize,
  half: boolean,
): Promise<Measured> {
  const form = { task: 'single-label', loss: 'crossEntropy', outputs: 2 } as const;
  const shape: EncoderShape = { ...form, config, freezeEmbeddings: false, freezeLayers: 0 };
  const learningRate = 2e-5;
  const model = encoderOnDevice({
    ...{ shape, layerLearningRateDecay: 1, recompute: false, startsFrozen: false, staysFrozen: false },
  });
  const step = await DeviceStep.compile(executor, model, {
    optimizer: {
      ...{ type: 'adamW', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
    },
    ...{ gradientClip: 1, gradientClipBy: 'norm', gradientAccumulation: 1, half },
  });
  const random = createRandom(42);
  await step.writeWeights((spec, values) =>
    initialize(
      spec.initializer.type === 'zeros' && spec.shape.length > 1 ? drawn(spec) : spec,
      values,
      random,
    ),
  );
  const batch = makeBatch(
    Array.from({ length: texts }, (_, i) => ({
      ids: Int32Array.from({ length: time }, () => 1 + random.integer(config.vocabularySize)),
      labels: [i % 2],
    })),
    shape,
  );
  return {
    run: async () => (await step.train(batch, learningRate, random)).loss,
    release: () => step.release(),
  };
}

/** The table of word vectors, which a training reads from a checkpoint, is drawn here. */
function drawn<Spec extends object>(spec: Spec) {
  return { ...spec, initializer: { type: 'normal', deviation: 0.02 } as const };
}

/** The median milliseconds of some steps, after two that warm up; of a peer that tells them itself, those. */
async function medianOf(step: () => Promise<number>, rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const startedAt = performance.now();
    await step();
    if (round >= 0) times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
