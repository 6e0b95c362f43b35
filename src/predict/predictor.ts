import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Classification, classify, type DecisionRule } from '../metrics/decide';
import { probabilities as probabilitiesOf } from '../nn/probabilities';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import type { Executable, Tensor } from '../runtime/executor';
import { loadModelFile } from '../runtime/onnxruntime';
import { loadTokenizer, type Tokenizer } from '../text/tokenizer-file';
import { openFeatureModel } from './feature-model';
import { type ModelConfig, parseModelConfig } from './model-config';

export interface Prediction extends Classification {
  /** Of every class, in the model's order (JavaScript puts labels that are whole numbers first). */
  probabilities: Record<string, number>;
}

/** What turns texts into logits. */
export interface TextModel {
  /** The logits `[outputs]` of each text, in the texts' order. */
  logits(texts: readonly string[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

export interface Predictor extends TextModel {
  /** The classes in the model's order. */
  readonly labels: readonly string[];
  /** How probabilities become classes. */
  readonly rule: DecisionRule;
  /** Classifies texts; the results are in their order. */
  predict(texts: readonly string[]): Promise<Prediction[]>;
}

/** Texts in one run of the model. */
const batchSize = 32;

/**
 * Opens a model folder: `config.json`, `tokenizer.json`, and `model.onnx` or, for a baseline, `model.safetensors`.
 *
 * @param options.threads 0, the default, takes one for each core
 * @throws HumanError where a file is missing or damaged, or where they don't belong together
 */
export async function loadPredictor(
  modelFolder: string,
  { threads }: { threads?: number } = {},
): Promise<Predictor> {
  const configFile = join(modelFolder, 'config.json');
  const tokenizerFile = join(modelFolder, 'tokenizer.json');
  const config = parseModelConfig(await readText(configFile), configFile);
  const tokenizer = { file: tokenizerFile, json: await readText(tokenizerFile) };
  const { logits, release } = config.isBaseline
    ? openFeatureModel(modelFolder, tokenizer, config)
    : await openNetwork(modelFolder, tokenizer, config, threads);
  const { labels, rule } = config;
  return {
    labels,
    rule,
    logits,
    predict: async (texts) => (await logits(texts)).map((ofText) => predictionOf(labels, ofText, rule)),
    release,
  };
}

async function openNetwork(
  folder: string,
  { file, json }: { file: string; json: string },
  config: ModelConfig,
  threads: number | undefined,
): Promise<TextModel> {
  const tokenizer = loadTokenizer(json, file);
  const modelFile = join(folder, 'model.onnx');
  const model = await openModel(modelFile, threads);
  await checkFit(model, modelFile, tokenizer, config);
  return {
    logits: (texts) => logitsOfTexts(model, tokenizer, config.outputs, texts),
    release: () => model.release(),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileError('reading', file, error);
  }
}

async function openModel(file: string, threads: number | undefined): Promise<Executable> {
  try {
    return await loadModelFile(file, threads === undefined ? {} : { threads });
  } catch (cause) {
    // onnxruntime has words but no codes for what is wrong; a file that can't be read says so itself.
    await readFile(file).catch((error: unknown) => {
      throw fileError('reading', file, error);
    });
    throw new HumanError(`The model cannot be opened: ${(cause as Error).message}`, {
      place: { file },
      hint: 'The file is damaged or is no ONNX model. Copy the model again, or train it anew.',
      cause,
    });
  }
}

/** Runs the word with the largest number through the model: it fails where the three files don't fit. */
async function checkFit(
  model: Executable,
  file: string,
  { vocabulary }: Tokenizer,
  { outputs }: ModelConfig,
): Promise<void> {
  try {
    await logitsOf(model, [Int32Array.of(vocabulary.size - 1)], outputs);
  } catch (cause) {
    await model.release();
    throw new HumanError(
      `The model does not fit the tokenizer.json and config.json beside it: ${(cause as Error).message}`,
      { place: { file }, hint: 'Copy all files of the model folder from the same run.', cause },
    );
  }
}

async function logitsOfTexts(
  model: Executable,
  tokenizer: Tokenizer,
  outputs: number,
  texts: readonly string[],
): Promise<Float32Array[]> {
  const encoded = texts.map((text) => tokenizer.encode(text));
  // Texts of similar length share a batch, so that little of it is padding.
  const order = encoded.map((_, index) => index).sort((a, b) => encoded[a]!.length - encoded[b]!.length);
  const results = new Array<Float32Array>(texts.length);
  for (let start = 0; start < order.length; start += batchSize) {
    const indices = order.slice(start, start + batchSize);
    const logits = await logitsOf(
      model,
      indices.map((index) => encoded[index]!),
      outputs,
    );
    indices.forEach((index, row) => {
      results[index] = logits.slice(row * outputs, (row + 1) * outputs);
    });
  }
  return results;
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

/** `[batch, outputs]` */
async function logitsOf(
  model: Executable,
  texts: readonly Int32Array[],
  outputs: number,
): Promise<Float32Array> {
  const shape = [texts.length, texts.reduce((longest, { length }) => Math.max(longest, length), 1)] as const;
  const ids = new BigInt64Array(shape[0] * shape[1]);
  const mask = new BigInt64Array(shape[0] * shape[1]);
  texts.forEach((text, row) => {
    text.forEach((id, column) => {
      ids[row * shape[1] + column] = BigInt(id);
      mask[row * shape[1] + column] = 1n;
    });
  });
  const tensor = (data: BigInt64Array): Tensor => ({ dtype: 'int64', shape, data });
  const { logits } = await model.run({ input_ids: tensor(ids), attention_mask: tensor(mask) });
  const expected = [texts.length, outputs].join(', ');
  if (logits?.shape.join(', ') !== expected) {
    throw new Error(`its logits have the shape [${logits?.shape.join(', ')}] instead of [${expected}]`);
  }
  if (!(logits.data instanceof Float32Array)) throw new Error('its logits are not 32-bit floats');
  return logits.data;
}
