import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toOnnx } from '../../src/onnx/model';
import type { Task } from '../../src/protocol/events';
import { createTokenizer, saveTokenizer } from '../../src/text/tokenizer-file';
import { vocabularyOf } from '../../src/text/vocabulary';
import { inferenceProgram } from '../../src/trainer/programs';

/** One number for each word: padding, unknown, and four words. */
export const words = ['<pad>', '<unk>', 'good', 'bad', 'very', 'film'];
const embedding = [0, 0.1, 1.5, -2, 0.7, -0.2];
const cell = { input: 0.8, recurrent: -0.5, inputBias: 0.05, recurrentBias: 0.02 };

export interface TinyModel {
  labels: string[];
  /** One for each output. */
  weights: number[];
  biases: number[];
  task?: Task;
  thresholds?: number[];
}

export const threeClasses: TinyModel = {
  labels: ['negative', 'positive', 'mixed'],
  weights: [-3, 2.5, 0.4],
  biases: [0.1, -0.2, 0.3],
};

/** The labels of what is good or bad are sure; that of films comes from its threshold on. */
export const tags: TinyModel = {
  labels: ['praise', 'blame', 'film'],
  weights: [6, -6, -1],
  biases: [-2, -2, -1],
  task: 'multi-label',
  thresholds: [0.5, 0.5, 0.25],
};

export const oneLogit: TinyModel = { labels: ['no', 'yes'], weights: [2], biases: [-0.3] };

/** Writes the files of a model folder: an RNN of one unit over embeddings of one number, mean pooling. */
export function writeTinyModel(
  folder: string,
  { labels, weights, biases, task = 'single-label', thresholds }: TinyModel,
  vocabulary = words,
): string {
  mkdirSync(folder, { recursive: true });
  const outputs = weights.length;
  const program = inferenceProgram(
    {
      model: {
        type: 'rnn',
        embedding: { size: 1, frozen: false },
        hiddenSize: 1,
        layers: 1,
        bidirectional: false,
        dropout: 0,
        pooling: 'mean',
        head: { hiddenSize: 0 },
      },
      embeddingSize: 1,
      maxLength: 5,
      task,
      outputs,
      loss: outputs === 1 ? 'bceWithLogits' : 'crossEntropy',
    },
    words.length,
  );
  const numbers: Record<string, number[]> = {
    'embedding.weight': embedding,
    'rnn.0.forward.inputWeight': [cell.input],
    'rnn.0.forward.recurrentWeight': [cell.recurrent],
    'rnn.0.forward.inputBias': [cell.inputBias],
    'rnn.0.forward.recurrentBias': [cell.recurrentBias],
    'output.weight': weights,
    'output.bias': biases,
  };
  const data = new Map(Object.entries(numbers).map(([name, list]) => [name, Float32Array.from(list)]));
  writeFileSync(join(folder, 'model.onnx'), toOnnx(program, data));
  const options = { lowercase: true, stripHtml: true, keepEmoticons: true };
  const tokenizer = createTokenizer(options, vocabularyOf(vocabulary), 5);
  writeFileSync(join(folder, 'tokenizer.json'), saveTokenizer(tokenizer));
  const config = {
    model_type: 'textclf',
    ...(task === 'multi-label' ? { problem_type: 'multi_label_classification' } : {}),
    num_labels: labels.length,
    id2label: { ...labels },
    textclf: { outputs, thresholds },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}

/** The logits of a text whose words are separated by single spaces, from the formulas. */
export function expectedLogits(text: string, { weights, biases }: TinyModel): number[] {
  const ids = text.split(' ').map((word) => Math.max(words.indexOf(word), 1));
  let state = 0;
  let sum = 0;
  const read = ids.slice(0, 5);
  for (const id of read) {
    state = Math.tanh(
      embedding[id]! * cell.input + cell.inputBias + state * cell.recurrent + cell.recurrentBias,
    );
    sum += state;
  }
  return weights.map((weight, i) => (sum / read.length) * weight + biases[i]!);
}

/** By their definitions: exp(x) / sum of exp(x), or 1 / (1 + exp(-x)) for the second of two classes or each label. */
export function expectedProbabilities(text: string, model: TinyModel): Record<string, number> {
  const logits = expectedLogits(text, model);
  if (model.task === 'multi-label') {
    return Object.fromEntries(model.labels.map((label, i) => [label, 1 / (1 + Math.exp(-logits[i]!))]));
  }
  const powers = logits.length === 1 ? [1, Math.exp(logits[0]!)] : logits.map(Math.exp);
  const sum = powers.reduce((total, power) => total + power);
  return Object.fromEntries(model.labels.map((label, i) => [label, powers[i]! / sum]));
}
