import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { add, constant, gatherRows, input, logSoftmax, mul, neg, sum } from '../../src/graph/build';
import { differentiate } from '../../src/graph/differentiate';
import type { Value } from '../../src/graph/ops';
import { Scope } from '../../src/nn/scope';
import { type Checkpoint, openCheckpoint } from '../../src/pretrained/checkpoint';
import type { EncoderConfig } from '../../src/pretrained/config';
import { classify, encodeTexts } from '../../src/pretrained/encoder';
import { WORD_TABLE } from '../../src/pretrained/names';
import { floatTensor, type Tensor } from '../../src/runtime/executor';
import { intTensor } from '../support/run';
import { maskOf, type TorchTensor } from '../support/torch';

/** The folders of `test/fixtures/pretrained/encoders`, see the README there. */
export const encoderNames = ['bert', 'roberta', 'xlm-roberta', 'distilbert', 'albert'] as const;
export type EncoderName = (typeof encoderNames)[number];

export interface EncoderBatch {
  /** `[batch, time]` */
  readonly ids: readonly (readonly number[])[];
  readonly lengths: readonly number[];
  readonly labels: readonly number[];
  readonly logits: TorchTensor;
}

export function encoderFixture(name: EncoderName) {
  const folder = fileURLToPath(new URL(`../fixtures/pretrained/encoders/${name}`, import.meta.url));
  const expected: { batches: readonly EncoderBatch[]; losses: readonly number[] } = JSON.parse(
    readFileSync(`${folder}/expected.json`, 'utf8'),
  );
  return { folder, ...expected };
}

/** A classifier with its word table in the graph, dropout off: all parameters can be differentiated. */
export function classifierProgram(config: EncoderConfig, outputs: number) {
  const scope = new Scope(false);
  const { vocabularySize, embeddingSize } = config;
  const table = scope.parameter(WORD_TABLE, [vocabularySize, embeddingSize], { type: 'zeros' });
  const ids = input('ids', ['time', 'batch'], 'int64');
  const mask = input('mask', ['time', 'batch', 1]);
  const targets = input('targets', ['batch', outputs]);
  const use = { freezeEmbeddings: false, freezeLayers: 0 };
  const state = encodeTexts(scope, gatherRows(table, ids), mask, config, use);
  const logits = classify(scope, state, config, outputs);
  const loss = sum(neg(mul(targets, logSoftmax(logits))), [0, 1]);
  const parameters = [...scope.parameters.values()];
  const values = parameters.map(({ value }) => value);
  const gradients = differentiate([loss], [constant(1)], values);
  return {
    inputs: [ids, mask, targets, ...values] as readonly Value[],
    outputs: {
      logits,
      loss: add(loss, 0),
      ...Object.fromEntries(parameters.map(({ spec }, i) => [`${spec.name}_grad`, gradients[i]!])),
    } as Readonly<Record<string, Value>>,
    specs: parameters.map(({ spec }) => spec),
  };
}

/** All parameters of a checkpoint, by our names and in our layout. */
export function readWeights(
  checkpoint: Checkpoint,
  specs: readonly { readonly name: string; readonly shape: readonly number[] }[],
): Record<string, Tensor & { data: Float32Array }> {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const tensor = floatTensor(shape);
      checkpoint.read(name, tensor.data);
      return [name, tensor];
    }),
  );
}

export function openFixture(name: EncoderName): Checkpoint {
  return openCheckpoint(encoderFixture(name).folder);
}

/** What a batch feeds; the targets weigh each text by 1 / batch, as a mean loss does. */
export function feedsOf({ ids, lengths, labels, logits }: EncoderBatch): Record<string, Tensor> {
  const [batch, time, outputs] = [ids.length, ids[0]!.length, logits.shape[1]!];
  const targets = labels.flatMap((label) =>
    Array.from({ length: outputs }, (_, i) => (i === label ? 1 / batch : 0)),
  );
  const timeMajor = Array.from({ length: time }, (_, t) => ids.map((row) => row[t]!)).flat();
  return {
    ids: intTensor([time, batch], timeMajor),
    mask: floatTensor([time, batch, 1], maskOf(lengths, time)),
    targets: floatTensor([batch, outputs], targets),
  };
}
