import { createRandom } from '../../src/data/random';
import type { NetworkOptions } from '../../src/experiment/schema';
import type { OptimizerOptions } from '../../src/nn/optimizers';
import type { Architecture, EncoderConfig } from '../../src/pretrained/config';
import { type Executor, isDevice } from '../../src/runtime/executor';
import { type Batch, makeBatch } from '../../src/trainer/batch';
import { encoderOnDevice, networkOnDevice } from '../../src/trainer/device-models';
import { DeviceStep } from '../../src/trainer/device-step';
import type { OutputForm } from '../../src/trainer/outputs';
import type { EncoderShape } from '../../src/trainer/pretrained-programs';
import { PretrainedStep, type PretrainedStepOptions } from '../../src/trainer/pretrained-step';
import type { ModelShape } from '../../src/trainer/programs';
import type { WeightedStep } from '../../src/trainer/step';
import { TrainingStep } from '../../src/trainer/training-step';
import { tinyConfig } from './tiny-encoder';

/** What the tests of steps change; for encoders all of it, for networks what they have. */
export interface FamilyOptions
  extends Pick<PretrainedStepOptions, 'gradientClip' | 'gradientClipBy' | 'gradientAccumulation'>,
    Pick<PretrainedStepOptions, 'layerLearningRateDecay' | 'recompute' | 'startsFrozen' | 'staysFrozen'> {
  readonly optimizer: OptimizerOptions;
  readonly dropout: number;
  readonly frozenEmbedding: boolean;
  readonly freezeLayers: number;
  readonly half: boolean;
}

/** A kind of model, so small that a step takes a millisecond, with weights drawn from a seed. */
export interface Family {
  readonly name: string;
  /** The step on whatever executes it: on a device, DeviceStep. */
  open(executor: Executor, changes?: Partial<FamilyOptions>): Promise<WeightedStep>;
  /** Batches of texts of different lengths, as many as are asked for, drawn from a seed. */
  batches(count: number): Batch[];
}

const VOCABULARY = 20;
const LONGEST = 9;
const form: OutputForm = { task: 'single-label', loss: 'crossEntropy', outputs: 3 };

const standard: FamilyOptions = {
  optimizer: {
    ...{ type: 'adamW', learningRate: 0.01, beta1: 0.9, beta2: 0.999 },
    ...{ epsilon: 1e-6, weightDecay: 0.1 },
  },
  ...{ gradientClip: 1, gradientClipBy: 'norm', gradientAccumulation: 1 },
  ...{ layerLearningRateDecay: 1, recompute: false, startsFrozen: false, staysFrozen: false },
  ...{ dropout: 0, frozenEmbedding: false, freezeLayers: 0, half: false },
};

/** Token ids from 1 on; the first text of a batch is the longest there can be. */
function batches(count: number): Batch[] {
  const random = createRandom(17);
  return Array.from({ length: count }, () => {
    const texts = Array.from({ length: 4 }, (_, i) => ({
      ids: Int32Array.from(
        { length: i === 0 ? LONGEST : 1 + random.integer(LONGEST) },
        () => 1 + random.integer(VOCABULARY - 1),
      ),
      labels: [random.integer(form.outputs)],
    }));
    return makeBatch(texts, form);
  });
}

/** Every weight from the normal distribution, but for row 0 of a table that has padding there. */
async function drawWeights(step: WeightedStep, paddingRow: boolean): Promise<WeightedStep> {
  const random = createRandom(3);
  await step.writeWeights(({ name, shape }, data) => {
    const from = paddingRow && name === 'embedding.weight' ? shape[1]! : 0;
    for (let i = from; i < data.length; i++) data[i] = 0.3 * random.normal();
  });
  return step;
}

const base = { embedding: { size: 6, frozen: false }, head: { hiddenSize: 0 } } as const;
const recurrent = { ...base, hiddenSize: 5, layers: 2, bidirectional: false, pooling: 'mean' } as const;
const transformer: Extract<NetworkOptions, { type: 'transformer' }> = {
  ...{ ...base, type: 'transformer', hiddenSize: 8, layers: 2, heads: 2, feedForwardSize: 12 },
  ...{ positions: 'learned', norm: 'pre', pooling: 'mean', dropout: 0 },
};

const networks: Readonly<Record<string, NetworkOptions>> = {
  pooled: { ...base, type: 'pooled', pooling: 'mean', head: { hiddenSize: 7 }, dropout: 0 },
  'pooled by maximum': { ...base, type: 'pooled', pooling: 'max', head: { hiddenSize: 7 }, dropout: 0 },
  cnn: { ...base, type: 'cnn', widths: [2, 3], filters: 5, pooling: 'max', dropout: 0 },
  'cnn, mean pooling': { ...base, type: 'cnn', widths: [3], filters: 5, pooling: 'mean', dropout: 0 },
  rnn: { ...recurrent, type: 'rnn', pooling: 'last', dropout: 0 },
  gru: { ...recurrent, type: 'gru', dropout: 0 },
  lstm: { ...recurrent, type: 'lstm', pooling: 'max', dropout: 0 },
  'lstm, bidirectional': { ...recurrent, type: 'lstm', bidirectional: true, dropout: 0 },
  'gru, attention pooling': { ...recurrent, type: 'gru', layers: 1, pooling: 'attention', dropout: 0 },
  transformer,
  'transformer, post-norm, sine waves': {
    ...transformer,
    ...{ layers: 1, norm: 'post', positions: 'sinusoidal', pooling: 'first' },
  },
};

function networkFamily(name: string, model: NetworkOptions): Family {
  return {
    name,
    batches,
    async open(executor, changes = {}) {
      const options = { ...standard, ...changes };
      const { frozenEmbedding, dropout } = options;
      const shape: ModelShape = {
        ...form,
        model: { ...model, dropout },
        embeddingSize: model.embedding.size,
        maxLength: LONGEST,
      };
      const own = { ...options, shape, frozenEmbedding, vocabularySize: VOCABULARY };
      const step = isDevice(executor)
        ? await DeviceStep.compile(executor, networkOnDevice(shape, own), own)
        : await TrainingStep.compile(executor, {
            ...own,
            embedding: new Float32Array(VOCABULARY * model.embedding.size),
          });
      return drawWeights(step, true);
    },
  };
}

function encoderFamily([architecture, layers]: readonly [Architecture, number]): Family {
  return {
    name: architecture,
    batches,
    async open(executor, changes = {}) {
      const options = { ...standard, ...changes };
      const { dropout, frozenEmbedding, freezeLayers } = options;
      const rates = { dropout, attentionDropout: dropout, headDropout: dropout };
      const config: EncoderConfig = tinyConfig(architecture, { ...rates, layers });
      const shape: EncoderShape = { ...form, config, freezeLayers, freezeEmbeddings: frozenEmbedding };
      const own = { ...options, shape };
      const step = isDevice(executor)
        ? await DeviceStep.compile(executor, encoderOnDevice(own), own)
        : await PretrainedStep.compile(executor, own);
      return drawWeights(step, false);
    },
  };
}

/** With their layers: that there are more of them than a lowest, one between and a highest shows once. */
const encoders = [
  ['bert', 3],
  ['roberta', 2],
  ['distilbert', 2],
  ['albert', 3],
] as const;

/** One of every family of models that the experiment file knows but the baseline, which is no network. */
export const families: readonly Family[] = [
  ...Object.entries(networks).map(([name, model]) => networkFamily(name, model)),
  ...encoders.map(encoderFamily),
];
