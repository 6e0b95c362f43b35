import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { input } from '../graph/build';
import { Scope } from '../nn/scope';
import { quoteName } from '../protocol/did-you-mean';
import { fileError } from '../protocol/file-error';
import { checkpointNames, checkpointPrefix } from './checkpoint-names';
import type { EncoderConfig } from './config';
import { parseEncoderConfig } from './config-file';
import { classify, encodeTexts } from './encoder';
import { aboutConfig, extraTensors, misfit, missingTensors } from './misfit';
import { isOfHead, WORD_TABLE } from './names';
import { floatTypes, readFloats } from './read-floats';
import { openWeightFiles, type StoredTensor, type WeightFiles } from './weight-files';

/** A pretrained encoder on disk, in Hugging Face's form. */
export interface Checkpoint {
  readonly config: EncoderConfig;
  /** Of the classifier that it was fine-tuned with, in the order of its logits; undefined where there is none. */
  readonly labels: string[] | undefined;
  /** By our names (see names.ts): the whole encoder, and what there is of a head. */
  readonly parameters: ReadonlySet<string>;
  /**
   * Reads a parameter in our layout, linear weights as `[in, out]`.
   *
   * @param into has room for just this parameter
   */
  read(name: string, into: Float32Array): void;
  close(): void;
}

/** Parts of other heads, and buffers that say what is known anyway, by their names without prefix. */
const ignored =
  /^(cls|predictions|lm_head|vocab_transform|vocab_layer_norm|vocab_projector|sop_classifier|qa_outputs|pooler|classifier|pre_classifier)\b|^embeddings\.(position_ids|token_type_ids)$/;

/**
 * Opens a checkpoint and holds it against its `config.json`, so that what is read later fits.
 *
 * @throws HumanError where a file is missing or broken, or where tensors are missing, too many or of the wrong shape
 */
export function openCheckpoint(folder: string): Checkpoint {
  const config = readConfig(join(folder, 'config.json'));
  const files = openWeightFiles(folder);
  try {
    return describe(config, files);
  } catch (error) {
    files.close();
    throw error;
  }
}

function readConfig(file: string): EncoderConfig {
  try {
    return parseEncoderConfig(readFileSync(file, 'utf8'), file);
  } catch (error) {
    throw fileError('reading', file, error, {
      missing: 'A checkpoint is a folder with config.json, model.safetensors and tokenizer.json.',
    });
  }
}

function describe(config: EncoderConfig, files: WeightFiles): Checkpoint {
  const found = byPlainName(files, config);
  const labels = labelsOf(config, found);
  const shapes = parameterShapes(config, labels?.length ?? 1);
  const parameters = new Map<string, { tensor: StoredTensor; transposed: boolean; size: number }>();
  const missing: string[] = [];
  for (const [ours, { name, transposed }] of checkpointNames(config)) {
    const plain = plainName(name, config);
    const tensor = found.get(plain);
    found.delete(plain);
    if (!tensor) {
      if (!isOfHead(ours)) missing.push(name);
    } else if (labels || !ours.startsWith('head.output.')) {
      const shape = shapes.get(ours)!;
      checkTensor(tensor, transposed ? shape.toReversed() : shape, config);
      parameters.set(ours, { tensor, transposed, size: shape.reduce((size, dim) => size * dim, 1) });
    }
  }
  if (missing.length > 0) throw missingTensors(missing, files.path, config);
  const extra = [...found].filter(([name]) => !ignored.test(name)).map(([, { entry }]) => entry.name);
  if (extra.length > 0) throw extraTensors(extra, files.path, config);
  return {
    config,
    labels,
    parameters: new Set(parameters.keys()),
    read: (name, into) => {
      const parameter = parameters.get(name);
      if (parameter?.size !== into.length) throw new Error(`the checkpoint has no '${name}' of this size`);
      const { tensor, transposed } = parameter;
      readFloats(tensor.file, tensor.entry, into, transposed);
    },
    close: () => files.close(),
  };
}

/** Without the architecture's prefix, which bare encoders leave out, and without the names of TensorFlow's days. */
function plainName(name: string, config: EncoderConfig): string {
  const prefix = checkpointPrefix(config);
  const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  return bare.replace(/LayerNorm\.gamma$/, 'LayerNorm.weight').replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
}

function byPlainName({ path, tensors }: WeightFiles, config: EncoderConfig): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    const plain = plainName(name, config);
    const other = found.get(plain)?.entry.name;
    if (other !== undefined) {
      throw misfit(path, `${quoteName(name)} and ${quoteName(other)} are the same tensor twice`);
    }
    found.set(plain, tensor);
  }
  return found;
}

const MOST_LABELS = 100_000;
const labelsSchema = z.record(z.string().regex(/^\d+$/), z.string());

/** The labels of a classifier of texts, one for each row of its last layer; undefined where there is no such layer. */
function labelsOf(config: EncoderConfig, found: Map<string, StoredTensor>): string[] | undefined {
  const { architectures, id2label = {} } = config.json;
  // Heads for tokens or for multiple choice have a layer of the same name.
  const isClassifier = Array.isArray(architectures) && /ForSequenceClassification$/.test(architectures[0]);
  const names = checkpointNames(config);
  const [weight, bias] = ['weight', 'bias'].map((kind) => found.get(names.get(`head.output.${kind}`)!.name));
  const labels = labelsSchema.safeParse(id2label).data;
  const rows = weight?.entry.shape[0] ?? 0;
  if (!isClassifier || !bias || !labels || rows === 0 || rows > MOST_LABELS) return undefined;
  return Array.from({ length: rows }, (_, id) => labels[id] ?? `LABEL_${id}`);
}

/** What the encoder asks for when it is built, with the word table that stays outside it. */
function parameterShapes(config: EncoderConfig, outputs: number): Map<string, readonly number[]> {
  const scope = new Scope(false);
  const embedded = input('embedded', ['time', 'batch', config.embeddingSize]);
  const use = { freezeEmbeddings: false, freezeLayers: 0 };
  const state = encodeTexts(scope, embedded, input('mask', ['time', 'batch', 1]), config, use);
  classify(scope, state, config, outputs);
  const shapes = [...scope.parameters].map(([name, { spec }]) => [name, spec.shape] as const);
  return new Map([[WORD_TABLE, [config.vocabularySize, config.embeddingSize]], ...shapes]);
}

function checkTensor({ file, entry }: StoredTensor, shape: readonly number[], config: EncoderConfig): void {
  const { name, dtype } = entry;
  if (entry.shape.join() !== shape.join()) {
    const found = `[${entry.shape.join(', ')}] instead of [${shape.join(', ')}]`;
    throw misfit(file.path, `${name} has the shape ${found}`, aboutConfig(config));
  }
  if (!Object.hasOwn(floatTypes, dtype)) {
    const types = Object.keys(floatTypes).join(', ');
    throw misfit(
      file.path,
      `${name} has the type ${dtype} instead of one of ${types}`,
      'Quantized weights cannot be fine-tuned: take the original checkpoint.',
    );
  }
}
