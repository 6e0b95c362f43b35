import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../src/data/random';
import { checkpointNames } from '../../src/pretrained/checkpoint-names';
import { parseEncoderConfig } from '../../src/pretrained/config-file';
import { WORD_TABLE } from '../../src/pretrained/names';
import { writeSafetensors } from '../../src/runs/safetensors';
import { encoderGradientProgram } from '../../src/trainer/pretrained-programs';
import { toyWords } from './toy-data';

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const options = {
  bert: {
    model_type: 'bert',
    hidden_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 32,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    max_position_embeddings: 24,
    type_vocab_size: 2,
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
  },
  distilbert: {
    model_type: 'distilbert',
    dim: 16,
    n_layers: 2,
    n_heads: 2,
    hidden_dim: 32,
    activation: 'gelu',
    dropout: 0.1,
    attention_dropout: 0.1,
    seq_classif_dropout: 0.1,
    max_position_embeddings: 24,
    pad_token_id: 0,
  },
} as const;

/**
 * Writes a checkpoint whose words are those of the toy reviews, with random weights: `config.json`, `vocab.txt`,
 * `model.safetensors` of the bare encoder.
 */
export function writeTinyCheckpoint(folder: string, architecture: keyof typeof options = 'bert'): string {
  mkdirSync(folder, { recursive: true });
  const words = [...special, ...toyWords];
  const json = JSON.stringify({ ...options[architecture], vocab_size: words.length });
  writeFileSync(join(folder, 'config.json'), json);
  writeFileSync(join(folder, 'vocab.txt'), `${words.join('\n')}\n`);
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ do_lower_case: true }));
  const config = parseEncoderConfig(json, 'config.json');
  const form = { task: 'single-label', loss: 'crossEntropy', outputs: 2 } as const;
  const shape = { ...form, config, freezeEmbeddings: false, freezeLayers: 0 };
  const { parameters } = encoderGradientProgram(shape, () => false);
  const shapes = new Map<string, readonly number[]>(parameters.map((spec) => [spec.name, spec.shape]));
  shapes.set(WORD_TABLE, [config.vocabularySize, config.embeddingSize]);
  const random = createRandom(7);
  const tensors = [...checkpointNames(config)].flatMap(([ours, { name, transposed }]) => {
    if (ours.startsWith('head.')) return [];
    const dims = shapes.get(ours)!;
    const size = dims.reduce((product, dim) => product * dim, 1);
    const isScale = /[nN]orm\.weight$/.test(ours);
    const data = Float32Array.from({ length: size }, () => (isScale ? 1 : 0.2 * random.normal()));
    return [[name, { shape: transposed ? dims.toReversed() : [...dims], data }] as const];
  });
  writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(tensors), { format: 'pt' });
  return folder;
}
