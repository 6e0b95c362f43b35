import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DecisionRule } from '../metrics/decide';
import { toOnnx } from '../onnx/model';
import { fileError } from '../protocol/file-error';
import { renameOver, writeFileAtomic } from '../runs/atomic';
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
 * `model.safetensors`, `tokenizer.json` and `config.json`. It appears under its name only when it
 * is whole, in place of the one before.
 */
export function saveModel(folder: string, model: SavedModel): void {
  const making = `${folder}.new`;
  try {
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making);
    writeModelFiles(making, model);
    replaceFolder(making, folder);
  } catch (error) {
    // On a full disk, what was half written would keep the room that the run's last words need.
    rmSync(making, { recursive: true, force: true });
    throw fileError('writing', folder, error);
  }
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

/** A folder cannot be renamed over one that is not empty: the old one steps aside first. */
function replaceFolder(making: string, folder: string): void {
  const old = `${folder}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(folder)) renameOver(folder, old);
  renameOver(making, folder);
  rmSync(old, { recursive: true, force: true });
}
