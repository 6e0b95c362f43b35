import { describe, expect, it } from 'vitest';
import { adoptSettings } from '../../src/experiment/adopt';
import { baselineOf } from '../../src/experiment/baseline-of';
import { fixesOf } from '../../src/experiment/fixes';
import { parseExperiment } from '../../src/experiment/parse';
import { resolveExperiment } from '../../src/experiment/resolve';
import { resolveTrial } from '../../src/experiment/search-space';

interface Parts {
  model?: object;
  training?: object;
  tokenizer?: object;
  search?: object;
}

const written = ({ model, ...rest }: Parts) =>
  JSON.stringify({
    data: { train: 'a.csv' },
    model: { type: 'pretrained', encoder: 'distilbert-base-uncased', ...model },
    ...rest,
  });
const parse = (text: string) => parseExperiment(text, '/here/a.textclf.json');

/** The texts after each quick fix of the first problem. */
function mended(text: string): string[] {
  const [fixes] = fixesOf(text, parse(text).problems);
  return fixes!.map(({ edits }) =>
    [...edits]
      .sort((a, b) => b.offset - a.offset)
      .reduce(
        (all, edit) => all.slice(0, edit.offset) + edit.text + all.slice(edit.offset + edit.length),
        text,
      ),
  );
}

const tokenizer = {
  type: 'character',
  lowercase: false,
  stripHtml: false,
  keepEmoticons: false,
  ngrams: 2,
  maxVocabulary: 10,
  minFrequency: 2,
  maxLength: 64,
};

describe('options that a pretrained encoder does not have', () => {
  it.each(Object.entries(tokenizer))('refuses tokenizer.%s', (key, value) => {
    const text = written({ tokenizer: { [key]: value } });
    const { problems } = parse(text);
    expect(problems).toMatchObject([
      { severity: 'error', path: ['tokenizer', key], message: expect.stringContaining('own tokenizer') },
    ]);
    for (const after of mended(text)) expect(parse(after).problems).toEqual([]);
  });

  it('knows all options of the tokenizer', () => {
    const { experiment } = parse(written({}));
    expect(Object.keys(experiment!.tokenizer).sort()).toEqual(Object.keys(tokenizer).sort());
  });

  it.each(Object.entries(parse(written({})).experiment!.tokenizer))(
    'refuses tokenizer.%s at its default',
    (key, value) => {
      const text = written({ tokenizer: { [key]: value } });
      expect(parse(text).problems).toMatchObject([{ severity: 'error', path: ['tokenizer', key] }]);
      for (const after of mended(text)) expect(parse(after).problems).toEqual([]);
    },
  );

  it('are told at their place', () => {
    const text = `{
      "data": { "train": "a.csv" },
      "model": { "type": "pretrained", "encoder": "roberta-base" },
      "tokenizer": { "maxLength": 256 }
    }`;
    expect(parse(text).problems).toMatchObject([{ place: { line: 4, column: 35 } }]);
  });

  it('lets them stand at their defaults, as a run records them', () => {
    const { experiment, problems } = parse(written({}));
    expect(problems).toEqual([]);
    expect(resolveExperiment(experiment, 'a').findings).toEqual([]);
  });
});

describe('options that only a pretrained encoder has', () => {
  const options = { freezeEncoderEpochs: 1, layerLearningRateDecay: 0.9, recompute: true };

  it.each(
    Object.entries(options).flatMap(([key, value]) =>
      ['lstm', 'transformer', 'baseline'].map((type) => [key, type, value] as const),
    ),
  )('refuses %s for a model of type %s', (key, type, value) => {
    const text = JSON.stringify({ data: { train: 'a.csv' }, model: { type }, training: { [key]: value } });
    const { problems } = parse(text);
    expect(problems).toMatchObject([
      { severity: 'error', path: ['training', key], message: expect.stringContaining(`"${type}"`) },
    ]);
    for (const after of mended(text)) expect(parse(after).problems).toEqual([]);
  });

  it('refuses them at their defaults', () => {
    const defaults = { freezeEncoderEpochs: 0, layerLearningRateDecay: 1, recompute: false };
    const text = JSON.stringify({ data: { train: 'a.csv' }, model: { type: 'lstm' }, training: defaults });
    expect(parse(text).problems.map(({ path }) => path[1])).toEqual(Object.keys(defaults));
  });

  it('lets a pretrained encoder have them', () => {
    expect(parse(written({ training: options })).problems).toEqual([]);
  });
});

const doubtful: [what: string, parts: Parts, path: string, message: RegExp, fixes: number][] = [
  [
    'a learning rate that networks from scratch have',
    { training: { optimizer: { type: 'adam', learningRate: 0.002 } } },
    'training.optimizer.learningRate',
    /Steps of 0\.002 would wreck the encoder/,
    1,
  ],
  [
    'an encoder that is frozen to the end',
    { training: { freezeEncoderEpochs: 3 } },
    'training.freezeEncoderEpochs',
    /never trained: it is frozen for 3 epochs, of 3/,
    1,
  ],
  [
    'an only epoch that is frozen',
    { training: { freezeEncoderEpochs: 1, epochs: 1 } },
    'training.freezeEncoderEpochs',
    /never trained/,
    0,
  ],
  [
    'an encoder that is frozen to the end, not of a rate for the classifier alone',
    { training: { freezeEncoderEpochs: 1, epochs: 1, optimizer: { type: 'adamW', learningRate: 0.005 } } },
    'training.freezeEncoderEpochs',
    /never trained/,
    0,
  ],
  [
    'what is frozen twice',
    { model: { freezeEmbeddings: true, freezeLayers: 1 } },
    'model.freezeEmbeddings',
    /nothing to add/,
    1,
  ],
];

it.each(doubtful)('warns of %s', (_, parts, path, message, fixes) => {
  const text = written(parts);
  const { experiment, problems } = parse(text);
  expect(experiment).toBeDefined();
  expect(problems).toMatchObject([{ severity: 'warning', message: expect.stringMatching(message) }]);
  expect(problems[0]!.path.join('.')).toBe(path);
  expect(mended(text)).toHaveLength(fixes);
  for (const after of mended(text)) expect(parse(after).problems).toEqual([]);
});

it.each([1, 2])('refuses to read %i tokens of a text', (maxLength) => {
  const text = written({ model: { maxLength } });
  expect(parse(text).problems).toMatchObject([{ severity: 'error', path: ['model', 'maxLength'] }]);
  expect(mended(text)).toHaveLength(2);
  for (const after of mended(text)) expect(parse(after).problems).toEqual([]);
});

it.each<[string, Parts]>([
  ['the highest rate', { training: { optimizer: { type: 'adamW', learningRate: 1e-3 } } }],
  ['the rates that sgd needs', { training: { optimizer: { type: 'sgd', learningRate: 0.01 } } }],
  ['a frozen start', { training: { freezeEncoderEpochs: 1 } }],
  ['frozen embeddings alone', { model: { freezeEmbeddings: true } }],
  ['the shortest texts', { model: { maxLength: 3 } }],
  [
    'a search through what there is to tune',
    {
      search: {
        options: {
          'model.encoder': ['bert-base-uncased', 'roberta-base'],
          'model.freezeLayers': [0, 2],
          'training.optimizer.learningRate': { from: 1e-5, to: 1e-4, scale: 'log' },
          'training.layerLearningRateDecay': { from: 0.8, to: 1 },
          'training.freezeEncoderEpochs': [0, 1],
        },
      },
    },
  ],
])('lets %s pass', (_, parts) => {
  expect(parse(written(parts)).problems).toEqual([]);
});

it('has a baseline on the same rows, without what only the encoder has', () => {
  const { experiment } = parse(
    written({
      model: { maxLength: 64 },
      training: { seed: 7, freezeEncoderEpochs: 1, recompute: true, layerLearningRateDecay: 0.9 },
    }),
  );
  const { findings, experiment: baseline } = resolveExperiment(baselineOf(experiment!), 'a');
  expect(findings).toEqual([]);
  expect(baseline).toMatchObject({
    data: experiment!.data,
    model: { type: 'baseline' },
    training: { seed: 7 },
  });
});

describe('a trial of a pretrained encoder', () => {
  const settings = { 'training.optimizer.learningRate': 5e-5, 'training.batchSize': 8 };

  it('has the defaults of its model around what it varies', () => {
    const { experiment, findings } = resolveTrial(JSON.parse(written({})), settings, 'trial 1');
    expect(findings).toEqual([]);
    expect(experiment!.training).toMatchObject({
      epochs: 3,
      batchSize: 8,
      optimizer: { type: 'adamW', learningRate: 5e-5, weightDecay: 0.01 },
      scheduler: { type: 'linear' },
    });
  });

  it('writes them where it becomes the experiment', () => {
    const { text } = adoptSettings(written({}), 'a.textclf.json', settings);
    expect(JSON.parse(text).training).toEqual({
      batchSize: 8,
      optimizer: { type: 'adamW', learningRate: 5e-5 },
    });
    expect(parse(text).experiment!.training.optimizer).toMatchObject({ type: 'adamW', learningRate: 5e-5 });
  });

  it('gets them where the model is what is varied', () => {
    const lstm = { data: { train: 'a.csv' }, model: { type: 'lstm' } };
    const model = { type: 'pretrained', encoder: 'roberta-base' };
    const { experiment } = resolveTrial(lstm, { model, 'training.batchSize': 8 }, 'trial 1');
    expect(experiment!.training).toMatchObject({
      epochs: 3,
      batchSize: 8,
      optimizer: { learningRate: 2e-5 },
    });
  });
});
