import { createRandom } from '../../src/data/random';
import type { NetworkOptions } from '../../src/experiment/schema';
import { add, constant, input, matmul, outerSum, reshape, sum, trim } from '../../src/graph/build';
import type { Value } from '../../src/graph/ops';
import type { Program } from '../../src/graph/program';
import { scan } from '../../src/graph/scan';
import { cells } from '../../src/nn/cells';
import { type Executor, floatTensor, isDevice, type Tensor } from '../../src/runtime/executor';
import { makeBatch } from '../../src/trainer/batch';
import { networkOnDevice } from '../../src/trainer/device-models';
import { DeviceStep } from '../../src/trainer/device-step';
import { initialize } from '../../src/trainer/parameters';
import { EMBEDDING, type ModelShape } from '../../src/trainer/programs';
import { TrainingStep } from '../../src/trainer/training-step';

/** The step that is measured, in the terms of the PyTorch twin in peers/classifier_torch.py. */
export const size = { batch: 32, time: 256, embedding: 100, hidden: 128, vocabulary: 25_000 };
/** How much a step has to do of it; the models' own sizes stay. */
export type Amount = Pick<typeof size, 'batch' | 'time' | 'vocabulary'>;
export const tokensPerStep = size.batch * size.time;
const BATCHES = 8;

export interface Kind {
  readonly name: string;
  readonly model: NetworkOptions;
}

const common = {
  embedding: { size: size.embedding, frozen: false },
  dropout: 0,
  pooling: 'mean',
  head: { hiddenSize: 0 },
} as const;
const oneLayer = { ...common, hiddenSize: size.hidden, layers: 1, bidirectional: false } as const;

export const lstm: Kind = { name: 'LSTM', model: { ...oneLayer, type: 'lstm' } };

export const kinds: readonly Kind[] = [
  { name: 'RNN', model: { ...oneLayer, type: 'rnn' } },
  { name: 'GRU', model: { ...oneLayer, type: 'gru' } },
  lstm,
  { name: 'bidirectional LSTM', model: { ...oneLayer, type: 'lstm', bidirectional: true } },
  { name: 'LSTM, attention pooling', model: { ...oneLayer, type: 'lstm', pooling: 'attention' } },
  { name: 'pooled, 128 units', model: { ...common, type: 'pooled', head: { hiddenSize: size.hidden } } },
  {
    name: 'CNN, 100 filters of 3, 4 and 5',
    model: { ...common, type: 'cnn', widths: [3, 4, 5], filters: 100, pooling: 'max' },
  },
  {
    name: 'transformer, 2 layers, 4 heads',
    model: {
      ...common,
      type: 'transformer',
      hiddenSize: size.hidden,
      layers: 2,
      heads: 4,
      feedForwardSize: 512,
      positions: 'learned',
      norm: 'pre',
    },
  },
];

/** Something that is measured. */
export interface Measured {
  /** Does it once. */
  run(): Promise<number>;
  /** Frees its memory, and has onnxruntime write the profile if one was asked for. */
  release(): Promise<void>;
}

/** One training step: embedding, the model, one logit, dense Adam. */
export async function textclfStep(
  executor: Executor,
  { model }: Kind,
  { batch, time, vocabulary }: Amount = size,
): Promise<Measured> {
  const random = createRandom(42);
  const { embedding } = size;
  const table = new Float32Array(vocabulary * embedding);
  for (let i = embedding; i < table.length; i++) table[i] = random.normal();
  const shape: ModelShape = {
    model,
    embeddingSize: embedding,
    task: 'single-label',
    outputs: 1,
    loss: 'bceWithLogits',
    maxLength: time,
  };
  const options = {
    shape,
    optimizer: { type: 'adam', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    gradientClip: 0,
    gradientClipBy: 'norm',
    gradientAccumulation: 1,
    embedding: table,
    frozenEmbedding: false,
    vocabularySize: vocabulary,
    half: false,
  } as const;
  const step = isDevice(executor)
    ? await DeviceStep.compile(executor, networkOnDevice(shape, options), options)
    : await TrainingStep.compile(executor, options);
  await step.writeWeights((spec, values) => {
    if (spec.name === EMBEDDING) values.set(table);
    else initialize(spec, values, random);
  });
  const batches = Array.from({ length: BATCHES }, () =>
    makeBatch(
      Array.from({ length: batch }, () => ({
        // As in text: a word of rank r with a weight of 1 / r.
        ids: Int32Array.from({ length: time }, () => Math.floor(vocabulary ** random.next())),
        labels: [random.integer(2)],
      })),
      shape,
    ),
  );
  let next = 0;
  return {
    run: async () => (await step.train(batches[next++ % BATCHES]!, 1e-3, random)).loss,
    release: () => step.release(),
  };
}

/**
 * A recurrent step's matrix products alone, in the same places and shapes: those inside the two loops
 * with nothing around them, and the large ones outside. What a step would take if all else were free.
 * Undefined for other models.
 */
export async function matrixProducts(executor: Executor, { model }: Kind): Promise<Measured | undefined> {
  if (!('bidirectional' in model)) return undefined;
  const program = productsProgram(cells[model.type].gates.length * size.hidden, model.bidirectional ? 2 : 1);
  const random = createRandom(42);
  const feeds: Record<string, Tensor> = Object.fromEntries(
    program.inputs.map(({ name, shape }) => {
      const count = (shape as number[]).reduce((a, b) => a * b, 1);
      const data = Float32Array.from({ length: count }, () => (random.next() - 0.5) / 10);
      return [name!, floatTensor(shape as number[], data)];
    }),
  );
  const executable = await executor.compile(program);
  return {
    run: async () => (await executable.run(feeds)).result!.data[0] as number,
    release: () => executable.release(),
  };
}

function productsProgram(width: number, directions: number): Program {
  const { batch, time, embedding, hidden } = size;
  const inputs: Value[] = [];
  const feed = (name: string, shape: number[]) => {
    const value = input(name, shape);
    inputs.push(value);
    return value;
  };
  const results = Array.from({ length: directions }, (_, d) => {
    const x = feed(`x${d}`, [time, batch, embedding]);
    const weight = feed(`weight${d}`, [embedding, width]);
    const recurrent = feed(`recurrent${d}`, [hidden, width]);
    const start = feed(`start${d}`, [batch, hidden]);
    const gradient = feed(`gradient${d}`, [time, batch, width]);
    const states = feed(`states${d}`, [time, batch, hidden]);
    const forward = scan({
      initial: [start],
      sequences: [matmul(x, weight)],
      captured: [recurrent],
      // The next state must depend on the product, at no cost: its first columns.
      step: ([h], [projected], [r]) => {
        const product = matmul(h!, r!);
        return {
          carries: [width === hidden ? product : trim(product, -1, 0, width - hidden)],
          stacked: [trim(projected!, -1, 0, width - 1)],
        };
      },
    });
    const backward = scan({
      initial: [start],
      sequences: [gradient],
      captured: [recurrent],
      reverse: true,
      step: (_, [g], [r]) => ({ carries: [matmul(g!, r!, { transposeB: true })], stacked: [] }),
    });
    return [
      forward.carries[0]!,
      forward.stacked[0]!,
      backward.carries[0]!,
      outerSum(states, gradient),
      outerSum(x, gradient),
      matmul(gradient, weight, { transposeB: true }),
    ];
  }).flat();
  // One number, so that no large result has to be handed out.
  const corner = (value: Value) =>
    reshape(
      value.shape.reduce<Value>((v, dim, axis) => trim(v, axis, 0, (dim as number) - 1), value),
      [1],
    );
  const result = sum(results.map(corner).reduce(add, constant([0], [1])), [0]);
  return { name: 'products', inputs, outputs: { result } };
}
