import { resolve } from 'node:path';
import type { Dataset } from '../data/rows';
import type { PretrainedOptions } from '../experiment/schema';
import type { DatasetOptions } from '../hub/dataset-splits';
import type { FetchedEncoder } from '../hub/encoder-files';
import { describeEncoder } from '../pretrained/describe';
import type { ModelCard } from '../pretrained/model-card';
import { WORD_TABLE } from '../pretrained/names';
import { countOf } from '../protocol/count';
import { sizeOf } from '../runtime/executor';
import { onnxruntimeVersion } from '../runtime/onnxruntime';
import type { EncodedData } from './prepare-pretrained';
import type { EncoderShape } from './pretrained-programs';
import type { PretrainedStep } from './pretrained-step';
import type { RunContext } from './run-context';
import { version } from './version';

/** Says what is going to be trained. */
export function tellModel(
  { executor, writer, experiment: { model, training } }: RunContext,
  { parameters, specs, table }: PretrainedStep,
  { commit }: FetchedEncoder,
  { config, freezeEmbeddings, freezeLayers }: EncoderShape,
): void {
  const all = [
    { name: WORD_TABLE, shape: [table.rows - 1, table.width], trained: table.isTrained },
    ...specs.map(({ name, shape }) => ({ name, shape: [...shape], trained: name in parameters.gradients })),
  ];
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
    parameterCount: all.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    device: executor.name,
    threads: executor.threads,
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
