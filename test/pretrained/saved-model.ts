import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointNames } from '../../src/pretrained/checkpoint-names';
import { type EncoderConfig, longestText } from '../../src/pretrained/config';
import { pretrainedInference } from '../../src/pretrained/inference-program';
import type { ModelCard } from '../../src/pretrained/model-card';
import { type SavedPretrained, savePretrained } from '../../src/pretrained/save';
import { openPretrainedTokenizer } from '../../src/pretrained/tokenizer/tokenizer';
import { type EncoderName, openFixture, readWeights } from './encoder-fixture';

/** As many as the encoders of the fixtures have rows. */
const vocabulary = [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', 'c', 'd', 'e', '##a', '##b', '##c', '##d'],
  ...['good', 'bad', 'very', 'film', 'plot', 'was', 'the', 'not', 'dull', 'fine', '##ly', '##er', '##est'],
  ...['.', ',', '!', '?', '-', '1', '2', '##1', '##2', 'x', 'y', 'z', '##s'],
];

/**
 * Of unknown words, of marks, and none at all. None is longer than the encoders read: where transformers.js cuts a text,
 * it cuts off its closing mark too.
 */
export const texts = [
  'The film was very good.',
  '',
  'Bad, BAD! The plot was not fine?',
  'x [SEP] y',
  'unheard 日本 é',
  'c',
];

/** A model folder made of a fixture's checkpoint, whose classifier has three labels. */
export function saveFixture(
  name: EncoderName,
  changes: Partial<SavedPretrained> = {},
): { folder: string; config: EncoderConfig; weights: SavedPretrained['weights'] } {
  const root = mkdtempSync(join(tmpdir(), 'textclf-saved-'));
  const checkpoint = openFixture(name);
  const { config } = checkpoint;
  const parameters = pretrainedInference(config, 3).inputs.filter(({ dtype }) => dtype === 'float32');
  const specs = parameters.map((value) => ({ name: value.name!, shape: value.shape as number[] }));
  if (specs.length !== checkpointNames(config).size) throw new Error('a parameter is not used');
  const weights = readWeights(checkpoint, specs);
  checkpoint.close();
  const longest = longestText(config);
  const tokenizer = openPretrainedTokenizer(writeVocabulary(join(root, 'vocabulary')), {
    maxLength: longest,
    longest,
    vocabularySize: config.vocabularySize,
  });
  const folder = join(root, 'model');
  const model: SavedPretrained = {
    ...{ config, tokenizer, weights, task: 'single-label', labels: ['no', 'yes', 'maybe'], outputs: 3 },
    ...{ maxLength: longest, card },
    ...changes,
  };
  savePretrained(folder, model);
  return { folder, config, weights: model.weights };
}

function writeVocabulary(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'vocab.txt'), `${vocabulary.join('\n')}\n`);
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'bert' }));
  return folder;
}

export const card: ModelCard = {
  name: 'reviews',
  base: { model: 'someone/small-bert', revision: 'main' },
  labels: ['no', 'yes', 'maybe'],
  task: 'single-label',
  maxLength: 12,
  rows: { train: 80, validation: 20, test: 0 },
  classes: [
    { label: 'no', train: 50, validation: 10, test: 0 },
    { label: 'yes', train: 20, validation: 5, test: 0 },
    { label: 'maybe', train: 10, validation: 5, test: 0 },
  ],
  files: { train: ['/home/somebody/secret/train.csv'] },
  settings: {
    model: { type: 'pretrained', encoder: '/home/somebody/encoders/small', maxLength: 12 },
    training: { epochs: 3 },
  },
  versions: { textclf: '1.2.3', onnxruntime: '1.30.0' },
};
