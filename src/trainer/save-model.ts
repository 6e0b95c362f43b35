import { join } from 'node:path';
import type { DecisionRule } from '../metrics/decide';
import { toOnnx } from '../onnx/model';
import { replaceFolder, writeFileAtomic } from '../runs/atomic';
import { writeSafetensors } from '../runs/safetensors';
import type { Tensor } from '../runtime/executor';
import { saveTokenizer, type Tokenizer } from '../text/tokenizer-file';
import { writeModelConfig } from './model-config';
import { inferenceProgram, type ModelShape } from './programs';

export interface SavedModel {
  readonly shape: ModelShape;
  readonly labels: readonly string[];
  readonly thresholds?: DecisionRule['thresholds'];
  readonly tokenizer: Tokenizer;
  /** All parameters by name, the embedding table among them. */
  readonly weights: Readonly<Record<string, Tensor>>;
}

/**
 * Writes the model folder: `model.onnx` (from token ids to logits, weights inside),
 * `model.safetensors`, `tokenizer.json` and `config.json`.
 */
export function saveModel(folder: string, model: SavedModel): void {
  replaceFolder(folder, (making) => writeModelFiles(making, model));
}

function writeModelFiles(
  folder: string,
  { shape, labels, thresholds, tokenizer, weights }: SavedModel,
): void {
  const data = new Map(Object.entries(weights).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  writeFileAtomic(
    join(folder, 'model.onnx'),
    toOnnx(inferenceProgram(shape, tokenizer.vocabulary.size), data),
  );
  writeSafetensors(
    join(folder, 'model.safetensors'),
    Object.fromEntries(
      Object.entries(weights).map(([name, { shape: dims, data: values }]) => [
        name,
        { shape: [...dims], data: values },
      ]),
    ),
    { format: 'textclf' },
  );
  writeFileAtomic(join(folder, 'tokenizer.json'), saveTokenizer(tokenizer));
  const { model, embeddingSize, maxLength, outputs, loss, task } = shape;
  // The file of word vectors that it began with is none of the model's.
  const { embedding: _, ...architecture } = model;
  const own = { ...architecture, embeddingSize, maxLength, outputs, loss };
  writeModelConfig(folder, labels, { task, thresholds }, own);
}
