import type { ParameterSpec } from '../nn/scope';
import { ownLayers } from '../pretrained/encoder';
import { depthOf, isOfHead } from '../pretrained/names';
import type { DeviceParameterSpec } from './device-groups';
import { layerwiseDevicePass } from './device-layerwise';
import { wholeDevicePass } from './device-pass';
import type { DeviceModel } from './device-step';
import {
  encoderGradientProgram,
  encodingProgram,
  headGradientProgram,
  headProgram,
  trainedParameters,
} from './pretrained-programs';
import type { PretrainedStepOptions } from './pretrained-step';
import { EMBEDDING, evaluationProgram, gradientProgram, type ModelShape } from './programs';

/** A network of word vectors: what TrainingStep is made of. */
export function networkOnDevice(
  shape: ModelShape,
  { vocabularySize, frozenEmbedding }: { readonly vocabularySize: number; readonly frozenEmbedding: boolean },
): DeviceModel {
  const gradients = gradientProgram(shape, !frozenEmbedding);
  const table = { rows: vocabularySize, width: shape.embeddingSize };
  const trained = { trained: true, rate: 1, decays: true, group: 'network' };
  return {
    parameters: [
      { ...tableSpec(table), ...trained, trained: !frozenEmbedding, group: 'table' },
      ...gradients.parameters.map((spec) => ({ ...spec, ...trained })),
    ],
    table,
    paddingRows: 0,
    sharesParameters: false,
    openWhole: (parts, options) => wholeDevicePass(parts, gradients, options),
    evaluation: evaluationProgram(shape),
  };
}

type EncoderOptions = Pick<
  PretrainedStepOptions,
  'shape' | 'layerLearningRateDecay' | 'recompute' | 'startsFrozen' | 'staysFrozen'
>;

/** A pretrained encoder with a classifier on top: what PretrainedStep is made of. */
export function encoderOnDevice(options: EncoderOptions): DeviceModel {
  const { shape, layerLearningRateDecay, recompute, startsFrozen, staysFrozen } = options;
  const { config } = shape;
  const layers = ownLayers(config);
  const isTrained = trainedParameters(shape, staysFrozen);
  const gradients = encoderGradientProgram(shape, isTrained);
  // Row 0 is padding: token id i is row i + 1.
  const table = { rows: config.vocabularySize + 1, width: config.embeddingSize };
  const specOf = (spec: ParameterSpec): DeviceParameterSpec => ({
    ...spec,
    trained: isTrained(spec.name),
    rate: layerLearningRateDecay ** depthOf(spec.name, layers),
    // As is usual for encoders: not for biases and norms.
    decays: spec.shape.length > 1,
    group: groupOf(spec.name),
  });
  return {
    parameters: [tableSpec(table), ...gradients.parameters].map(specOf),
    table,
    paddingRows: 1,
    sharesParameters: recompute && layers < config.layers,
    ...(staysFrozen
      ? {}
      : {
          openWhole: (parts, half) =>
            recompute
              ? layerwiseDevicePass(parts, shape, isTrained, half)
              : wholeDevicePass(parts, gradients, half),
        }),
    ...(startsFrozen
      ? { openHead: (parts, half) => wholeDevicePass(parts, headGradientProgram(shape), half) }
      : {}),
    evaluation: headProgram(shape),
    encoding: encodingProgram(shape),
  };
}

/** What of an encoder is updated together: its parts, from the head down to the table. */
function groupOf(name: string): string {
  if (name === EMBEDDING) return 'table';
  return isOfHead(name) ? 'head' : (/^layers\.\d+/.exec(name)?.[0] ?? 'embedding');
}

function tableSpec({ rows, width }: DeviceModel['table']): ParameterSpec {
  return { name: EMBEDDING, shape: [rows, width], initializer: { type: 'zeros' } };
}
