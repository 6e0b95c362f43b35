import { resolve } from 'node:path';
import type { Dataset } from '../data/rows';
import type { PretrainedOptions } from '../experiment/schema';
import type { DatasetOptions } from '../hub/dataset-splits';
import type { FetchedEncoder } from '../hub/encoder-files';
import { describeEncoder } from '../pretrained/describe';
import type { ModelCard } from '../pretrained/model-card';
import { countOf } from '../protocol/count';
import { sizeOf } from '../runtime/executor';
import { onnxruntimeVersion } from '../runtime/onnxruntime';
import { rehearse } from './device-rehearsal';
import type { EncodedData } from './prepare-pretrained';
import type { EncoderShape } from './pretrained-programs';
import type { RunContext } from './run-context';
import type { WeightedStep } from './step';
import { version } from './version';

/** Says what is going to be trained. */
export async function tellModel(
  context: RunContext,
  step: WeightedStep,
  { commit }: FetchedEncoder,
  shape: EncoderShape,
): Promise<void> {
  const { computedBy, writer, experiment } = context;
  const { model, training } = experiment;
  const { config, freezeEmbeddings, freezeLayers } = shape;
  const all = step.weights.map(({ name, shape: dims, trained }) => ({ name, shape: [...dims], trained }));
  const frozen = [
    ...(freezeEmbeddings && freezeLayers === 0 ? ['frozen word vectors'] : []),
    ...(freezeLayers > 0 ? [`${countOf(freezeLayers, 'layer')} frozen`] : []),
    ...(training.freezeEncoderEpochs > 0
      ? [`frozen for ${countOf(training.freezeEncoderEpochs, 'epoch')}`]
      : []),
  ];
  const encoder = 'encoder' in model ? model.encoder : '';
  // What a branch was when it was trained on.
  if (commit !== undefined) writer.log(`${encoder} at commit ${commit}`);
  writer.emit({
    type: 'model',
    summary: [`${encoder}: ${describeEncoder(config)}`, ...frozen].join(', '),
    parameters: all,
    parameterCount: all.reduce((sum, { shape: dims }) => sum + sizeOf(dims), 0),
    ...computedBy,
    ...(await rehearse(context, step, shape)),
  });
}

/** What the model's card tells before it is evaluated. */
export function cardOf(
  { experiment, folder }: RunContext,
  { encoder }: PretrainedOptions,
  { labels }: Dataset,
  { facts }: EncodedData,
  source: FetchedEncoder,
  maxLength: number,
): ModelCard {
  const { data, model, training } = experiment;
  const { hub } = data;
  const filesOf = (named: unknown) =>
    [named]
      .flat()
      .filter((name) => typeof name === 'string')
      .map((name) => resolve(folder, name));
  return {
    name: experiment.name,
    // Of a folder of one's own, others know nothing.
    base: source.commit === undefined ? undefined : { model: encoder, revision: source.commit },
    ...{ labels, task: data.task, maxLength, rows: facts.rows, classes: facts.classes },
    dataset: hub && { name: hub.dataset, splits: splitsOf(hub) },
    files: { train: filesOf(data.train), validation: filesOf(data.validation), test: filesOf(data.test) },
    settings: { model, training },
    versions: { textclf: version, onnxruntime: onnxruntimeVersion },
  };
}

/** What a data set's own splits are called; without one for validation, that is a part of those to train on. */
function splitsOf({ train, validation, test }: DatasetOptions): NonNullable<ModelCard['dataset']>['splits'] {
  return { train, ...(validation ? { validation } : {}), ...(test ? { test } : {}) };
}
