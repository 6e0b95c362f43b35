import { join } from 'node:path';
import { type Classification, classify, type DecisionRule } from '../metrics/decide';
import { probabilities as probabilitiesOf } from '../nn/probabilities';
import { HumanError } from '../protocol/human-error';
import { openers } from './kinds';
import { parseModelConfig } from './model-config';
import type { Computing } from './open-network';
import { readText, type TextModel } from './text-model';

export interface Prediction extends Classification {
  /** Of every class, in the model's order (JavaScript puts labels that are whole numbers first). */
  probabilities: Record<string, number>;
}

export interface Predictor extends TextModel {
  /** The classes in the model's order. */
  readonly labels: readonly string[];
  /** How probabilities become classes. */
  readonly rule: DecisionRule;
  /** Classifies texts; the results are in their order. */
  predict(texts: readonly string[]): Promise<Prediction[]>;
}

/**
 * Opens a model folder: `config.json`, the tokenizer's files, and the network or, for a baseline, `model.safetensors`.
 *
 * @param options.threads 0, the default, takes one for each core
 * @param options.network the ONNX file; the folder's own by default
 * @param options.device what computes it, the processor by default; see deviceOfModel
 * @throws HumanError where a file is missing or damaged, or where they don't belong together; DeviceError where the
 * device cannot be had
 */
export async function loadPredictor(
  folder: string,
  options: Computing & { network?: string } = {},
): Promise<Predictor> {
  const file = join(folder, 'config.json');
  const json = await readText(file);
  const config = parseModelConfig(json, file);
  const { labels, rule } = config;
  const { logits, release } = await openers[config.kind]({ ...options, folder, config, json });
  return {
    labels,
    rule,
    logits,
    predict: async (texts) => (await logits(texts)).map((ofText) => predictionOf(labels, ofText, rule)),
    release,
  };
}

/**
 * The classes that a text's `logits [outputs]` stand for.
 *
 * @throws HumanError where they are not numbers
 */
export function predictionOf(
  labels: readonly string[],
  logits: Float32Array,
  rule: DecisionRule,
): Prediction {
  const probabilities = probabilitiesOf(logits, rule.task);
  if (probabilities.some(Number.isNaN)) {
    throw new HumanError('The model computes no numbers any more (NaN): its weights are damaged.', {
      hint: 'Train it anew, with a lower learning rate or with training.gradientClip.',
    });
  }
  return {
    ...classify(labels, probabilities, rule),
    probabilities: Object.fromEntries(labels.map((label, id) => [label, probabilities[id]!])),
  };
}
