import type { Dataset } from '../data/rows';
import type { Experiment, PretrainedOptions, TrainingOptions } from '../experiment/schema';
import { type Checkpoint, openCheckpoint } from '../pretrained/checkpoint';
import { longestText } from '../pretrained/config';
import { frozenLayers } from '../pretrained/encoder';
import { type ModelCard, writeModelCard } from '../pretrained/model-card';
import { isOfHead } from '../pretrained/names';
import { savePretrained } from '../pretrained/save';
import { openPretrainedTokenizer } from '../pretrained/tokenizer/tokenizer';
import { isDevice } from '../runtime/executor';
import { encoderOnDevice } from './device-models';
import { DeviceStep } from './device-step';
import { beyondEncoder } from './encoder-limits';
import { fetchRunEncoder } from './fetch-encoder';
import { fitModel, type Trainable } from './fit-model';
import { prepareSettings } from './number-data';
import { type EncodedData, encodeData } from './prepare-pretrained';
import type { EncoderShape } from './pretrained-programs';
import { PretrainedStep, type PretrainedStepOptions } from './pretrained-step';
import { loadWeights, restoreWeights } from './pretrained-weights';
import { enterPhase, type RunContext, type TrainModel } from './run-context';
import { taskForm, tellData } from './task-form';
import { cardOf, tellModel } from './tell-encoder';
import { tableRows } from './text-work';

/** Fine-tunes a pretrained encoder, from finding its files to the last evaluation. */
export const trainPretrained: TrainModel = async (context, dataset) => {
  const { experiment, signal } = context;
  const options = pretrainedOf(experiment);
  const source = await fetchRunEncoder(context, options);
  const checkpoint = openCheckpoint(source.folder);
  try {
    const { config } = checkpoint;
    for (const error of beyondEncoder(options, config)) throw error;
    const tokenizerOptions = {
      maxLength: options.maxLength,
      longest: longestText(config),
      vocabularySize: config.vocabularySize,
    };
    const tokenizer = openPretrainedTokenizer(source.folder, tokenizerOptions);
    if (tokenizer.maxLength < options.maxLength) {
      const message = `The encoder's tokenizer reads at most ${tokenizer.maxLength} tokens of a text, not ${options.maxLength}.`;
      context.writer.emit({ type: 'warning', message });
    }
    enterPhase(context, 'tokenizing');
    const encoder = { tokenizer, folder: source.folder, options: tokenizerOptions };
    const data = await encodeData(dataset, encoder, prepareSettings(context));
    tellData(context, data.facts);
    signal.throwIfAborted();

    enterPhase(context, 'compiling');
    const freezeLayers = frozenLayers(config, options.freezeLayers);
    const form = taskForm(experiment, dataset.labels, data.facts);
    const shape: EncoderShape = {
      ...form,
      ...{ config, freezeLayers, freezeEmbeddings: options.freezeEmbeddings },
    };
    const step = await openStep(context, shape);
    try {
      await startWeights(context, step, checkpoint, dataset.labels);
      await tellModel(context, step, source, shape);
      const card = cardOf(context, options, dataset, data, source, tokenizer.maxLength);
      context.onCard?.(card);
      return await fitModel(
        context,
        dataset,
        trainable(context, dataset, { step, shape, data, tokenizer, card }),
      );
    } finally {
      await step.release();
    }
  } finally {
    checkpoint.close();
  }
};

function pretrainedOf({ model }: Experiment): PretrainedOptions {
  if (model.type !== 'pretrained') throw new Error(`The ${model.type} is no pretrained encoder.`);
  return model;
}

type EncoderStep = PretrainedStep | DeviceStep;

/** Those of the encoder, or of the run that the training goes on from: a fine-tuned encoder with its classifier. */
async function startWeights(
  context: RunContext,
  step: EncoderStep,
  checkpoint: Checkpoint,
  labels: string[],
): Promise<void> {
  if (!context.past) return loadWeights(context, step, checkpoint, labels);
  const kept = openCheckpoint(context.past.model);
  try {
    await loadWeights(context, step, kept, labels);
  } finally {
    kept.close();
  }
}

/** In which epoch the whole encoder begins to be trained, where it is not from the start on. */
function thawsAt({ freezeEncoderEpochs, epochs }: TrainingOptions): number | undefined {
  return freezeEncoderEpochs > 0 && freezeEncoderEpochs < epochs ? freezeEncoderEpochs + 1 : undefined;
}

function openStep({ experiment, executor, past }: RunContext, shape: EncoderShape): Promise<EncoderStep> {
  const { training, runtime } = experiment;
  const isThawed = past !== undefined && past.epoch >= (thawsAt(training) ?? Number.POSITIVE_INFINITY);
  const isFrozen = shape.freezeLayers >= shape.config.layers;
  const options: PretrainedStepOptions = {
    shape,
    optimizer: training.optimizer,
    gradientClip: training.gradientClip,
    gradientClipBy: training.gradientClipBy,
    gradientAccumulation: training.gradientAccumulation,
    layerLearningRateDecay: training.layerLearningRateDecay,
    recompute: training.recompute,
    startsFrozen: isFrozen || (training.freezeEncoderEpochs > 0 && !isThawed),
    staysFrozen: isFrozen || training.freezeEncoderEpochs >= training.epochs,
  };
  const half = runtime.precision === 'float16';
  return isDevice(executor)
    ? DeviceStep.compile(executor, encoderOnDevice(options), { ...options, half })
    : PretrainedStep.compile(executor, options);
}

interface Parts {
  readonly step: EncoderStep;
  readonly shape: EncoderShape;
  readonly data: EncodedData;
  readonly tokenizer: ReturnType<typeof openPretrainedTokenizer>;
  readonly card: ModelCard;
}

function trainable(context: RunContext, { labels }: Dataset, parts: Parts): Trainable {
  const { paths, writer, experiment } = context;
  const { step, shape, data, tokenizer, card } = parts;
  return {
    step,
    form: shape,
    ...{ train: data.train, validation: data.validation, test: data.test },
    encode: (text) => tableRows(tokenizer.encode(text).ids),
    beginEpoch(epoch) {
      if (epoch !== thawsAt(experiment.training) || shape.freezeLayers >= shape.config.layers) return;
      step.thaw();
      writer.emit({ type: 'thawed', epoch });
    },
    async save(thresholds) {
      const weights = await step.readWeights();
      const { config, task, outputs } = shape;
      savePretrained(paths.model, {
        ...{ config, tokenizer, labels, task, outputs, thresholds, card },
        maxLength: tokenizer.maxLength,
        weights,
      });
      // The encoder's weights are read back from where they were just saved: two copies of them may not fit into memory.
      const head = Object.entries(weights)
        .filter(([name]) => isOfHead(name))
        .map(([name, { data: values }]) => [name, values.slice()]);
      return () => restoreWeights(step, paths.model, Object.fromEntries(head));
    },
    finish(evaluation) {
      const measured = { ...card, evaluation };
      writeModelCard(paths.model, measured);
      context.onCard?.(measured);
    },
  };
}
