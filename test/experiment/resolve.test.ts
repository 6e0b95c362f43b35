import { describe, expect, it } from 'vitest';
import { parseExperiment, resolvedToJson } from '../../src/experiment/parse';
import type { Experiment } from '../../src/experiment/schema';

function resolve(text: string, file = 'some/imdb-lstm.textclf.json'): Experiment {
  const { experiment, problems } = parseExperiment(text, file);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return experiment!;
}

const least = '{ "data": { "train": "a.csv" }, "model": { "type": "lstm" } }';

const optimizers: [string, object][] = [
  ['adam', { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }],
  ['adamW', { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }],
  [
    'nadam',
    { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, momentumDecay: 0.004 },
  ],
  ['radam', { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }],
  [
    'rmsprop',
    { learningRate: 0.01, alpha: 0.99, epsilon: 1e-8, weightDecay: 0, momentum: 0, centered: false },
  ],
  [
    'adagrad',
    { learningRate: 0.01, learningRateDecay: 0, initialAccumulator: 0, epsilon: 1e-10, weightDecay: 0 },
  ],
  ['sgd', { learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0 }],
];

describe('defaults', () => {
  it('are all spelt out', () => {
    expect(resolve(least)).toEqual({
      name: 'imdb-lstm',
      data: {
        train: 'a.csv',
        validation: 0.2,
        text: 'text',
        task: 'single-label',
        label: 'label',
        labelSeparator: ',',
      },
      tokenizer: {
        type: 'word',
        lowercase: true,
        stripHtml: true,
        keepEmoticons: true,
        ngrams: 1,
        maxVocabulary: 25_000,
        minFrequency: 1,
        maxLength: 256,
      },
      model: {
        type: 'lstm',
        embedding: { size: 100, frozen: false },
        hiddenSize: 128,
        layers: 1,
        bidirectional: false,
        dropout: 0,
        pooling: 'mean',
        head: { hiddenSize: 0 },
      },
      training: {
        epochs: 5,
        batchSize: 32,
        loss: 'auto',
        focalGamma: 2,
        labelSmoothing: 0,
        classWeights: 'none',
        optimizer: { type: 'adam', ...optimizers[0]?.[1] },
        scheduler: { type: 'constant', warmupSteps: 0 },
        gradientClip: 0,
        gradientClipBy: 'norm',
        freezeEncoderEpochs: 0,
        layerLearningRateDecay: 1,
        recompute: false,
        gradientAccumulation: 1,
        earlyStopping: null,
        threshold: 0.5,
        seed: 42,
        repeat: 1,
      },
      search: null,
      runtime: { engine: 'onnxruntime', device: 'auto', precision: 'float32', threads: 0 },
      examples: [],
    });
  });

  it.each(optimizers)("of the optimizer %s are PyTorch's", (type, defaults) => {
    const text = `{ ${least.slice(1, -1)}, "training": { "optimizer": { "type": "${type}" } } }`;
    expect(resolve(text).training.optimizer).toEqual({ type, ...defaults });
  });

  it('of early stopping apply to an empty object', () => {
    const text = `{ ${least.slice(1, -1)}, "training": { "earlyStopping": {} } }`;
    expect(resolve(text).training.earlyStopping).toEqual({
      monitor: 'validation.loss',
      patience: 3,
      minDelta: 0,
      restoreBest: true,
    });
  });

  it.each([
    ['a/b/imdb.textclf.json', 'imdb'],
    ['imdb.json', 'imdb'],
    ['v1.2.textclf.jsonc', 'v1.2'],
    ['.textclf.json', 'experiment'],
  ])('the name comes from the file: %s', (file, name) => expect(resolve(least, file).name).toBe(name));

  it('a name in the file wins, and $schema is no part of the experiment', () => {
    const experiment = resolve(`{ "$schema": "x", "name": "mine", ${least.slice(1)}`);
    expect(experiment.name).toBe('mine');
    expect(experiment).not.toHaveProperty('$schema');
  });
});

const encoder =
  '{ "data": { "train": "a.csv" }, "model": { "type": "pretrained", "encoder": "bert-base-uncased" } }';
const withTraining = (training: object) =>
  `{ ${encoder.slice(1, -1)}, "training": ${JSON.stringify(training)} }`;

describe('defaults of a pretrained encoder', () => {
  it('are those that such encoders are fine-tuned with', () => {
    const { model, training, tokenizer } = resolve(encoder);
    expect(model).toEqual({
      type: 'pretrained',
      encoder: 'bert-base-uncased',
      revision: 'main',
      maxLength: 0,
      freezeEmbeddings: false,
      freezeLayers: 0,
    });
    expect(training).toEqual({
      ...resolve(least).training,
      epochs: 3,
      batchSize: 16,
      gradientClip: 1,
      optimizer: { type: 'adamW', ...optimizers[1]![1], learningRate: 2e-5 },
      scheduler: { type: 'linear', warmupSteps: 0 },
    });
    expect(tokenizer).toEqual(resolve(least).tokenizer);
  });

  it('give way to what is written', () => {
    const training = { epochs: 1, batchSize: 4, gradientClip: 0, scheduler: { type: 'constant' } };
    expect(resolve(withTraining(training)).training).toMatchObject(training);
    const optimizer = { type: 'adamW', learningRate: 1e-4, weightDecay: 0 };
    expect(resolve(withTraining({ optimizer })).training.optimizer).toMatchObject(optimizer);
  });

  it.each([
    ...optimizers.map(
      ([type, { learningRate }]: [string, { learningRate?: number }]) =>
        [type, type === 'sgd' ? learningRate! : 2e-5] as const,
    ),
  ])('the optimizer %s learns at a rate of %f', (type, rate) => {
    expect(resolve(withTraining({ optimizer: { type } })).training.optimizer.learningRate).toBe(rate);
  });

  it.each([
    ['training', 5],
    ['training', null],
    ['training', []],
    ['training', { optimizer: 'adam' }],
    ['training', { optimizer: null }],
    ['training', { epochs: null }],
    ['model', { type: 'pretrained' }],
  ])('leave a mistake where it is: %s %j', (key, value) => {
    const text = JSON.stringify({ ...JSON.parse(encoder), [key]: value });
    const { problems } = parseExperiment(text, 'a.textclf.json');
    expect(problems).toMatchObject([{ severity: 'error', path: expect.arrayContaining([key]) }]);
  });
});

it.each([
  ['the least', least],
  ['a pretrained encoder', encoder],
  ['a pretrained encoder with an optimizer', withTraining({ optimizer: { type: 'sgd' }, epochs: 1 })],
  [
    'everything',
    `{ "name": "all", "data": { "train": ["a", "b"], "validation": ["v"], "test": "t", "format": "tsv",
       "text": ["x", "y"], "label": "z", "labels": ["no", "yes"], "maxRows": 9 },
       "tokenizer": { "lowercase": false, "maxVocabulary": 0 },
       "model": { "type": "gru", "embedding": { "size": 20, "vectors": "g.txt", "frozen": true },
         "layers": 8, "bidirectional": true, "dropout": 0.5, "pooling": "max", "head": { "hiddenSize": 3 } },
       "training": { "loss": "bceWithLogits", "optimizer": { "type": "sgd", "momentum": 0.9, "nesterov": true },
         "gradientClip": 1, "earlyStopping": { "monitor": "validation.macroF1", "patience": 2 }, "seed": 4294967295 },
       "runtime": { "threads": 2 }, "examples": ["Good \\u0000 \\"one\\""] }`,
  ],
])('a resolved experiment is read back as it was: %s', (_, text) => {
  const experiment = resolve(text);
  expect(resolve(resolvedToJson(experiment), 'runs/1/experiment.json')).toEqual(experiment);
});
