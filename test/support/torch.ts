import { readFileSync } from 'node:fs';
import type { NetworkOptions } from '../../src/experiment/schema';
import { type CellType, cells } from '../../src/nn/cells';
import type { LossType } from '../../src/nn/losses';
import type { EncodedText } from '../../src/trainer/batch';
import type { ModelShape } from '../../src/trainer/programs';

/** A tensor of the fixtures: flat, row by row. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type NetworkType = NetworkOptions['type'];

export type TorchTensors = Readonly<Record<string, TorchTensor>>;

/** The cases of `test/fixtures/torch-<name>.json`; an empty file is an error. */
export function torchCases<Case extends { readonly name: string }>(name: string): readonly Case[] {
  const file = new URL(`../fixtures/torch-${name}.json`, import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };
  if (cases.length === 0) throw new Error(`${file} holds no cases`);
  return cases;
}

/** The order in which PyTorch's weights hold the gates, by its documentation. */
const torchGates: { readonly [Type in CellType]: readonly string[] } = {
  rnn: ['h'],
  gru: ['r', 'z', 'n'],
  lstm: ['i', 'f', 'g', 'o'],
};

const recurrentKinds: Readonly<Record<string, string>> = {
  weight_ih: 'inputWeight',
  weight_hh: 'recurrentWeight',
  bias_ih: 'inputBias',
  bias_hh: 'recurrentBias',
};

type Translated = readonly [name: string, weight: TorchTensor];

/**
 * PyTorch's names to ours, each with what becomes of the tensor. The first that fits counts; what none of
 * them knows keeps its name and is transposed if it is a matrix.
 */
const translations: readonly (readonly [
  pattern: RegExp,
  translate: (type: NetworkType, weight: TorchTensor, ...groups: string[]) => Translated,
])[] = [
  [
    /^(?:rnn\.)?(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)(_reverse)?$/,
    (type, weight, kind, layer, reverse) => {
      const cell = type as CellType;
      const name = `${cell}.${layer}.${reverse ? 'backward' : 'forward'}.${recurrentKinds[kind!]}`;
      return [name, transposed(reordered(weight, torchGates[cell], cells[cell].gates))];
    },
  ],
  [/^convolutions\.(\d+)\.weight$/, (_, weight, i) => [`cnn.${i}.weight`, windowFirst(weight)]],
  [/^convolutions\.(\d+)\.bias$/, (_, weight, i) => [`cnn.${i}.bias`, weight]],
  [/^query\.weight$/, (_, weight) => ['attention.query', transposed(weight)]],
  [/^positions\.weight$/, (_, weight) => ['transformer.positions', weight]],
  [
    /^(projection|encoder\.norm|encoder\.layers\.\d+\..*?)[._](weight|bias)$/,
    (_, weight, module, kind) => [`${encoderModule(module!)}.${kind}`, transposed(weight)],
  ],
];

const encoderParts: readonly (readonly [theirs: string, ours: string])[] = [
  ['encoder.layers', 'transformer'],
  ['encoder.norm', 'transformer.norm'],
  ['self_attn.in_proj', 'attention.input'],
  ['self_attn.out_proj', 'attention.output'],
  ['linear1', 'feedForward.hidden'],
  ['linear2', 'feedForward.output'],
  ['norm1', 'attention.norm'],
  ['norm2', 'feedForward.norm'],
  ['projection', 'transformer.projection'],
];

/** `encoder.layers.1.self_attn.out_proj` is our `transformer.1.attention.output`. */
function encoderModule(name: string): string {
  return encoderParts.reduce((result, [theirs, ours]) => result.replace(theirs, ours), name);
}

/**
 * PyTorch's weights, or their gradients, under our names and in our layout: matrices transposed,
 * gates in the order of our cells. `weight_ih_l1_reverse` of a GRU (with or without `rnn.` before
 * it) becomes `gru.1.backward.inputWeight`. The embedding table, which both lay out alike, is left out.
 */
export function fromTorch(type: NetworkType, weights: TorchTensors): Record<string, TorchTensor> {
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([name]) => name !== 'embedding.weight')
      .map(([name, weight]) => {
        for (const [pattern, translate] of translations) {
          const match = pattern.exec(name);
          if (match) return translate(type, weight, ...match.slice(1));
        }
        return [name, transposed(weight)];
      }),
  );
}

/** Filters `[filters, features, width]` as a matrix `[width * features, filters]`. */
function windowFirst({ shape, data }: TorchTensor): TorchTensor {
  const [filters, features, width] = shape as [number, number, number];
  return {
    shape: [width * features, filters],
    data: Array.from({ length: data.length }, (_, i) => {
      const [filter, row] = [i % filters, Math.floor(i / filters)];
      return data[(filter * features + (row % features)) * width + Math.floor(row / features)]!;
    }),
  };
}

/** The blocks along the first axis, one a gate, in another order. */
function reordered(
  { shape, data }: TorchTensor,
  from: readonly string[],
  to: readonly string[],
): TorchTensor {
  const block = data.length / from.length;
  return {
    shape,
    data: to.flatMap((gate) => {
      const at = from.indexOf(gate);
      if (at < 0) throw new Error(`PyTorch has no gate '${gate}'`);
      return data.slice(at * block, (at + 1) * block);
    }),
  };
}

export function transposed(tensor: TorchTensor): TorchTensor {
  const [rows, columns] = tensor.shape;
  if (rows === undefined || columns === undefined) return tensor;
  if (tensor.shape.length > 2) throw new Error('only matrices are transposed');
  return {
    shape: [columns, rows],
    data: Array.from(
      { length: rows * columns },
      (_, i) => tensor.data[(i % rows) * columns + Math.floor(i / rows)]!,
    ),
  };
}

/** `[time, batch, 1]`, flat: 1 at the tokens of texts of these lengths. */
export function maskOf(lengths: readonly number[], time: number): number[] {
  return Array.from({ length: time }, (_, t) => lengths.map((length) => (t < length ? 1 : 0))).flat();
}

/** What the fixtures of whole classifiers have in common. */
export interface TorchClassifier {
  readonly name: string;
  readonly model: NetworkOptions;
  readonly vocabularySize: number;
  readonly maxLength: number;
  readonly outputs: number;
  readonly loss: LossType;
  readonly weights: TorchTensors;
}

/** How the fixtures of recurrent classifiers state their model. */
interface RecurrentStatement {
  readonly cell: CellType;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly pooling: 'last' | 'mean' | 'max';
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly headSize: number;
}

/** The cases of several files, each with the model as an experiment states it. */
export function classifierCases<Case extends TorchClassifier>(...names: readonly string[]): readonly Case[] {
  return names.flatMap((name) =>
    torchCases<Case | (Case & RecurrentStatement)>(name).map((fixture) => {
      if (!('cell' in fixture)) return fixture;
      const { cell, embeddingSize, headSize, layers, bidirectional, pooling, hiddenSize } = fixture;
      const model: NetworkOptions = {
        type: cell,
        embedding: { size: embeddingSize, frozen: false },
        hiddenSize,
        layers,
        bidirectional,
        dropout: 0,
        pooling,
        head: { hiddenSize: headSize },
      };
      // A recurrent network knows no longest text.
      return { ...fixture, model, maxLength: 1 };
    }),
  );
}

export function modelShapeOf(fixture: TorchClassifier, dropout = 0): ModelShape {
  const { model, outputs, loss, maxLength } = fixture;
  return {
    task: 'single-label',
    model: { ...model, dropout },
    embeddingSize: model.embedding.size,
    maxLength,
    outputs,
    loss,
  };
}

/** A padded batch, `ids [batch, time]`, and the number of its loss. */
export interface TorchBatch {
  readonly ids: TorchTensor;
  readonly lengths: readonly number[];
  readonly labels: readonly number[];
  readonly lossValue: number;
}

/** PyTorch's padded batch as the texts that it was made of. */
export function textsOf({ ids, lengths, labels }: Omit<TorchBatch, 'lossValue'>): EncodedText[] {
  const time = ids.shape[1]!;
  return lengths.map((length, i) => ({
    ids: Int32Array.from(ids.data.slice(i * time, i * time + length)),
    labels: [labels[i]!],
  }));
}
