import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toOnnxModel } from '../onnx/model';
import { modelFiles } from '../onnx/write';
import { replaceFolder, writeChunksAtomic, writeFileAtomic } from '../runs/atomic';
import { dataFileOf, ONNX_FOLDER, onnxFiles } from '../runs/model-files';
import { type TensorToMake, writeSafetensors } from '../runs/safetensors';
import { checkpointNames } from './checkpoint-names';
import type { EncoderConfig } from './config';
import { pretrainedInference, textInputs } from './inference-program';
import { type ModelCard, writeModelCard } from './model-card';
import { type ClassifierConfig, pretrainedConfig } from './save-config';
import type { PretrainedTokenizer } from './tokenizer/tokenizer';

/** A parameter, row by row. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

type Weights = Readonly<Record<string, Weight>>;

export interface SavedPretrained extends Omit<ClassifierConfig, 'paddingId'> {
  readonly config: EncoderConfig;
  readonly tokenizer: Pick<PretrainedTokenizer, 'paddingId' | 'saveTokenizerFiles'>;
  /** Every parameter by its canonical name (names.ts), the word table among them; none is copied. */
  readonly weights: Weights;
  readonly card: ModelCard;
}

/**
 * Writes a model folder that opens unchanged in Hugging Face's libraries for Python and JavaScript and in any ONNX
 * Runtime: `config.json`, `model.safetensors`, the tokenizer's files, `onnx/model.onnx` and a model card. It appears when it
 * is whole. A classifier with one logit for the second of two classes gets two, of which the first is 0: their softmax
 * is the same probability.
 *
 * @throws HumanError where the disk is full, read-only or not permitted
 */
export function savePretrained(folder: string, model: SavedPretrained): void {
  const isOneLogit = model.task === 'single-label' && model.outputs === 1;
  const outputs = isOneLogit ? 2 : model.outputs;
  const weights = isOneLogit ? withTwoLogits(model.weights) : model.weights;
  const { config, tokenizer } = model;
  replaceFolder(folder, (making) => {
    mkdirSync(join(making, ONNX_FOLDER));
    const hasDataFile = writeOnnx(join(making, ONNX_FOLDER), config, outputs, weights);
    const { paddingId } = tokenizer;
    const written = pretrainedConfig(config, { ...model, outputs, paddingId }, hasDataFile);
    writeFileAtomic(join(making, 'config.json'), `${JSON.stringify(written, null, 2)}\n`);
    writeCheckpoint(join(making, 'model.safetensors'), config, weights);
    tokenizer.saveTokenizerFiles(making, textInputs(config));
    writeModelCard(making, model.card);
  });
}

/** Whether the weights had to go into a file of their own. */
function writeOnnx(folder: string, config: EncoderConfig, outputs: number, weights: Weights): boolean {
  const data = new Map(Object.entries(weights).map(([name, weight]) => [name, weight.data]));
  const program = pretrainedInference(config, outputs);
  const file = join(folder, onnxFiles.fp32);
  const model = toOnnxModel(program, data, { standard: true });
  const files = modelFiles(model, dataFileOf(onnxFiles.fp32));
  writeChunksAtomic(file, files.model);
  if (files.data) writeChunksAtomic(dataFileOf(file), files.data);
  return files.data !== undefined;
}

/** `model.safetensors` with transformers' names and, in linear layers, `[out, in]`. */
function writeCheckpoint(path: string, config: EncoderConfig, weights: Weights): void {
  const tensors = [...checkpointNames(config)].map(([ours, { name, transposed }]): [string, TensorToMake] => {
    const weight = weights[ours];
    if (!weight) throw new Error(`the parameter ${ours} is not given`);
    const { shape, data } = weight;
    return transposed
      ? [name, { shape: [...shape].reverse(), make: () => transpose(shape, data) }]
      : [name, { shape: [...shape], make: () => data }];
  });
  writeSafetensors(path, Object.fromEntries(tensors), { format: 'pt' });
}

function transpose([rows, columns]: readonly number[], data: Float32Array): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows!; row++) {
    for (let column = 0; column < columns!; column++)
      result[column * rows! + row] = data[row * columns! + column]!;
  }
  return result;
}

/** The last layer's one output z as 0 and z. */
function withTwoLogits(weights: Weights): Weights {
  const { 'head.output.weight': weight, 'head.output.bias': bias } = weights as Record<string, Weight>;
  const second = ({ data }: Weight) =>
    Float32Array.from({ length: 2 * data.length }, (_, i) => (i % 2) * data[i >> 1]!);
  return {
    ...weights,
    'head.output.weight': { shape: [weight!.shape[0]!, 2], data: second(weight!) },
    'head.output.bias': { shape: [2], data: second(bias!) },
  };
}
