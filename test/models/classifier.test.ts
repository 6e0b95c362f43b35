import { describe, expect, it } from 'vitest';
import { type ExperimentInput, experimentSchema, type NetworkOptions } from '../../src/experiment/schema';
import { input } from '../../src/graph/build';
import { classifierLogits, describeClassifier } from '../../src/models/classifier';
import { encoders } from '../../src/models/encoders';
import { Scope } from '../../src/nn/scope';

/** A model with every default spelt out. */
function network(model: ExperimentInput['model']): NetworkOptions {
  return experimentSchema.parse({ data: { train: 'a.csv' }, model }).model as NetworkOptions;
}

function scopeOf(model: NetworkOptions, training = true) {
  const scope = new Scope(training);
  const x = input('x', ['time', 'batch', model.embedding.size]);
  const logits = classifierLogits(scope, x, input('mask', ['time', 'batch', 1]), {
    model,
    outputs: 3,
    maxLength: 7,
  });
  return { scope, logits };
}

const types = Object.keys(encoders) as NetworkOptions['type'][];

describe('a model in one line', () => {
  it.each([
    [{ type: 'rnn', bidirectional: true }, 'RNN, 1 layer of 128 units, bidirectional, mean pooling'],
    [
      { type: 'gru', layers: 2, dropout: 0.3, pooling: 'attention', head: { hiddenSize: 64 } },
      'GRU, 2 layers of 128 units, attention pooling, head of 64 units, dropout 0.3',
    ],
    [{ type: 'pooled' }, 'Pooled embeddings, 100 dimensions, mean pooling, head of 128 units'],
    [{ type: 'cnn' }, 'CNN, 100 filters of each width 3, 4 and 5, max pooling, dropout 0.5'],
    [{ type: 'cnn', widths: [7], dropout: 0 }, 'CNN, 100 filters of each width 7, max pooling'],
    [
      { type: 'transformer' },
      'Transformer, 2 layers of 128 units, 4 heads, feed-forward of 512, pre-norm, learned positions, mean pooling, dropout 0.1',
    ],
    [
      { type: 'transformer', heads: 1, layers: 1, norm: 'post', positions: 'sinusoidal', dropout: 0 },
      'Transformer, 1 layer of 128 units, 1 head, feed-forward of 512, post-norm, sinusoidal positions, mean pooling',
    ],
  ] as const)('%j', (model, expected) => {
    expect(describeClassifier(network(structuredClone(model) as ExperimentInput['model']))).toBe(expected);
  });
});

describe('every network', () => {
  it.each(types)('%s has the logits of each text', (type) => {
    expect(scopeOf(network({ type })).logits.shape).toEqual(['batch', 3]);
  });

  it.each(types)('%s has no dropout where it is not trained', (type) => {
    expect(scopeOf({ ...network({ type }), dropout: 0.5 }, false).scope.dropoutMasks).toEqual([]);
  });

  it.each([
    ['pooled', ['embedding', 'head']],
    ['cnn', ['head']],
    ['rnn', ['embedding', 'head']],
    ['gru', ['embedding', 'head']],
    ['lstm', ['embedding', 'head']],
    [
      'transformer',
      [
        'embedding',
        ...['transformer.0.attention', 'transformer.0.feedForward'],
        ...['transformer.1.attention', 'transformer.1.feedForward', 'head'],
      ],
    ],
  ] as const)('%s drops values where its options say', (type, places) => {
    const { scope } = scopeOf({ ...network({ type }), dropout: 0.5 });
    expect(scope.dropoutMasks.map(({ mask }) => mask.name)).toEqual(
      places.map((place) => `${place}_dropout`),
    );
  });
});

describe('parameters', () => {
  const specs = (model: ExperimentInput['model']) =>
    Object.fromEntries([...scopeOf(network(model)).scope.parameters].map(([name, { spec }]) => [name, spec]));

  it('of a CNN start as torch.nn.Conv1d', () => {
    const found = specs({ type: 'cnn', embedding: { size: 8 }, widths: [2, 2], filters: 3 });
    expect(Object.keys(found)).toEqual([
      'cnn.0.weight',
      'cnn.0.bias',
      'cnn.1.weight',
      'cnn.1.bias',
      'output.weight',
      'output.bias',
    ]);
    expect(found['cnn.0.weight']).toMatchObject({ shape: [16, 3], initializer: { bound: 1 / 4 } });
    expect(found['cnn.1.bias']).toMatchObject({ shape: [3], initializer: { bound: 1 / 4 } });
  });

  it('of a transformer start as torch.nn.TransformerEncoderLayer', () => {
    const found = specs({ type: 'transformer', layers: 1, hiddenSize: 24, feedForwardSize: 54 });
    const bounds = (name: string) => [found[`${name}.weight`], found[`${name}.bias`]];
    // Xavier's for the one matrix [3 * 24, 24] of queries, keys and values.
    expect(bounds('transformer.0.attention.input')).toMatchObject([
      { shape: [24, 72], initializer: { type: 'uniform', bound: Math.sqrt(6 / (24 + 72)) } },
      { shape: [72], initializer: { type: 'zeros' } },
    ]);
    expect(bounds('transformer.0.attention.output')).toMatchObject([
      { shape: [24, 24], initializer: { type: 'uniform', bound: 1 / Math.sqrt(24) } },
      { shape: [24], initializer: { type: 'zeros' } },
    ]);
    expect(bounds('transformer.0.feedForward.output')).toMatchObject([
      { shape: [54, 24], initializer: { type: 'uniform', bound: 1 / Math.sqrt(54) } },
      { shape: [24], initializer: { type: 'uniform', bound: 1 / Math.sqrt(54) } },
    ]);
    for (const name of [
      'transformer.0.attention.norm',
      'transformer.0.feedForward.norm',
      'transformer.norm',
    ]) {
      expect(bounds(name)).toMatchObject([
        { initializer: { type: 'ones' } },
        { initializer: { type: 'zeros' } },
      ]);
    }
    expect(found['transformer.positions']).toMatchObject({
      shape: [7, 24],
      initializer: { type: 'normal', deviation: 0.02 },
    });
  });

  it('of a transformer project words of another size alone', () => {
    const names = (size: number) =>
      Object.keys(specs({ type: 'transformer', hiddenSize: 8, embedding: { size } }));
    expect(names(8)).not.toContain('transformer.projection.weight');
    expect(names(9)).toContain('transformer.projection.weight');
  });
});
