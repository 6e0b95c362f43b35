import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoteName } from '../protocol/did-you-mean';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { openSafetensors, type SafetensorsFile } from '../runs/safetensors-reader';
import { parseShardIndex, weightsFile, weightsIndex } from '../runs/shard-index';

type Entry = Parameters<SafetensorsFile['read']>[0];

/** A tensor of a checkpoint, and the file that holds it. */
export interface StoredTensor {
  readonly file: SafetensorsFile;
  readonly entry: Entry;
}

/** All tensors of a checkpoint, in one file or in several shards. */
export interface WeightFiles {
  /** What a message on the whole names: the file, or the index of the shards. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): void;
}

/** Weights in forms that can run code when they are opened, or that only other libraries read. */
const otherForms = /^(pytorch_model.*\.bin(\.index\.json)?|.*\.(ckpt|pt|pth|h5|msgpack|ot))$/;

/**
 * Opens the weights of a checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json` names.
 *
 * @throws HumanError where they are missing, broken or in another form
 */
export function openWeightFiles(folder: string): WeightFiles {
  const single = join(folder, weightsFile);
  if (existsSync(single)) {
    const file = openSafetensors(single);
    return { path: single, tensors: tensorsOf(file), close: () => file.close() };
  }
  const index = join(folder, weightsIndex);
  if (existsSync(index)) return openShards(folder, index);
  throw noSafetensors(folder);
}

function tensorsOf(file: SafetensorsFile): Map<string, StoredTensor> {
  return new Map([...file.entries].map(([name, entry]) => [name, { file, entry }]));
}

function openShards(folder: string, index: string): WeightFiles {
  const weightMap = readIndex(index);
  const shards = new Map<string, SafetensorsFile>();
  const close = () => {
    for (const shard of shards.values()) shard.close();
  };
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const [name, shardName] of Object.entries(weightMap)) {
      const file = shards.get(shardName) ?? openShard(folder, shardName, index);
      shards.set(shardName, file);
      const entry = file.entries.get(name);
      if (!entry) throw brokenIndex(index, `the tensor ${quoteName(name)} is not in ${shardName}`);
      tensors.set(name, { file, entry });
    }
    return { path: index, tensors, close };
  } catch (error) {
    close();
    throw error;
  }
}

function openShard(folder: string, name: string, index: string): SafetensorsFile {
  const path = join(folder, name);
  if (!existsSync(path)) throw brokenIndex(index, `the shard ${name} is missing`);
  return openSafetensors(path);
}

function readIndex(index: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(index, 'utf8');
  } catch (error) {
    throw fileError('reading', index, error);
  }
  try {
    return parseShardIndex(text);
  } catch (error) {
    throw brokenIndex(index, error instanceof Error ? error.message : String(error), error);
  }
}

function brokenIndex(index: string, why: string, cause?: unknown): HumanError {
  return new HumanError(`The checkpoint's list of its shards is wrong: ${why}.`, {
    place: { file: index },
    hint: 'Download the checkpoint again, all its files.',
    cause,
  });
}

function noSafetensors(folder: string): HumanError {
  const other = listFolder(folder).find((name) => otherForms.test(name));
  if (other === undefined) {
    return new HumanError(`This checkpoint has no weights: expected ${weightsFile} or ${weightsIndex}.`, {
      place: { file: folder },
      hint: 'Download the checkpoint again, all its files.',
    });
  }
  const convert =
    `from transformers import AutoModel, AutoTokenizer; folder = r'${folder}'; ` +
    "AutoModel.from_pretrained(folder).save_pretrained('converted', safe_serialization=True); " +
    "AutoTokenizer.from_pretrained(folder).save_pretrained('converted')";
  const hint = `Take another revision of it that has ${weightsFile}, or convert it once where Python is at hand and name the new folder: python -c "${convert}"`;
  return new HumanError(
    `This checkpoint has its weights only as ${other}; expected ${weightsFile}. Such a file can run code of its maker when it is opened, so TextClf opens safetensors alone.`,
    { place: { file: join(folder, other) }, hint },
  );
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw fileError('reading', folder, error);
  }
}
