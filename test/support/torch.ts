import { readFileSync } from 'node:fs';
import type { ClassifierOptions } from '../../src/models/classifier';
import { type CellType, cells } from '../../src/nn/cells';
import type { LossType } from '../../src/nn/losses';
import type { PoolingType } from '../../src/nn/pooling';
import type { EncodedText } from '../../src/trainer/batch';
import type { ModelShape } from '../../src/trainer/programs';

/** A tensor of the fixtures: flat, row by row. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

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

/**
 * PyTorch's weights, or their gradients, under our names and in our layout: matrices transposed,
 * gates in the order of our cells. `weight_ih_l1_reverse` of a GRU (with or without `rnn.` before
 * it) becomes `gru.1.backward.inputWeight`; other modules' names stay. The embedding table, which
 * both lay out alike, is left out.
 */
export function fromTorch(cell: CellType, weights: TorchTensors): Record<string, TorchTensor> {
  return Object.fromEntries(
    Object.entries(weights)
      .filter(([name]) => name !== 'embedding.weight')
      .map(([name, weight]) => {
        const [, kind, layer, reverse] =
          /^(?:rnn\.)?(weight_ih|weight_hh|bias_ih|bias_hh)_l(\d+)(_reverse)?$/.exec(name) ?? [];
        if (!kind) return [name, transposed(weight)];
        const ourName = `${cell}.${layer}.${reverse ? 'backward' : 'forward'}.${recurrentKinds[kind]}`;
        return [ourName, transposed(reordered(weight, torchGates[cell], cells[cell].gates))];
      }),
  );
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
  readonly cell: CellType;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly pooling: PoolingType;
  readonly vocabularySize: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  readonly headSize: number;
  readonly outputs: number;
  readonly loss: LossType;
  readonly weights: TorchTensors;
}

export function modelShapeOf(fixture: TorchClassifier, dropout = 0): ModelShape {
  const { cell, layers, bidirectional, pooling, hiddenSize, headSize, outputs, loss, embeddingSize } =
    fixture;
  const model: ClassifierOptions = {
    type: cell,
    layers,
    bidirectional,
    pooling,
    hiddenSize,
    dropout,
    head: { hiddenSize: headSize },
  };
  return { model, outputs, loss, embeddingSize };
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
    label: labels[i]!,
  }));
}
