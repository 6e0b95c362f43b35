/** Which options a search can try values of, for completion; `search-space.ts` is what judges a search. */
import { experimentJsonSchema, type JsonSchema } from './json-schema';
import { knownEncoders } from './known-encoders';
import { foreignOptions } from './rules-foreign';
import type { ModelOptions } from './schema';
import { typesAt } from './schema-walk';

type ModelType = ModelOptions['type'];

/** Parts of an experiment that make another model where an option of theirs changes. */
const parts = ['tokenizer', 'model', 'training'];

/** Of those, what makes none: chance, and how results are told. */
const left = new Set(['training.seed', 'training.repeat', 'training.threshold', 'training.earlyStopping']);

export interface Proposals {
  /** Values to start from. */
  values: unknown[];
  range?: { from: number; to: number; scale: 'linear' | 'log' };
}

export interface SearchableOption extends Proposals {
  /** Dotted. */
  path: string;
  /** What it is, and can be. */
  node: JsonSchema;
  /** For a pretrained encoder, where that is another matter. */
  ofPretrained?: Proposals;
}

/** Options that experiments have which fit `when`; undefined: all have them. */
export interface SearchableOptions {
  when: JsonSchema | undefined;
  options: SearchableOption[];
}

/** What every experiment has, then what each type of model, optimizer and scheduler adds. */
export function searchableOptions(): SearchableOptions[] {
  const common: SearchableOptions = { when: undefined, options: [] };
  const root = experimentJsonSchema().properties!;
  const ofTypes = parts.flatMap((part) => collect(root[part]!, [part], common));
  return [...byModel(common.options), ...ofTypes];
}

/** What every model has, then for each type of model what some others lack. */
function byModel(options: readonly SearchableOption[]): SearchableOptions[] {
  const lacking = typesAt(['model']).map(({ type }) => [type, foreignOptions(type as ModelType)] as const);
  const isForeign = (path: string, foreign: ReadonlySet<string>) =>
    foreign.has(path) || foreign.has(path.split('.').slice(0, 2).join('.'));
  const isShared = ({ path }: SearchableOption) => !lacking.some(([, foreign]) => isForeign(path, foreign));
  return [
    { when: undefined, options: options.filter(isShared) },
    ...lacking.map(([type, foreign]) => ({
      when: having(['model'], type, true),
      options: options.filter((option) => !isShared(option) && !isForeign(option.path, foreign)),
    })),
  ];
}

/** Adds an option, or those inside it, to `into`; returns those that hang on a type. */
function collect(node: JsonSchema, path: string[], into: SearchableOptions): SearchableOptions[] {
  const dotted = path.join('.');
  if (left.has(dotted)) return [];
  if (node.properties) return collectProperties(node, path, into);
  const variants = (node.oneOf ?? []).filter(({ properties }) => properties?.type?.const);
  if (variants.length === 0) {
    into.options.push({ path: dotted, node, ...proposals(dotted, node) });
    return [];
  }
  const standard = (node.default as { type?: string } | undefined)?.type;
  const types = variants.map(({ properties }) => properties!.type!.const!);
  const kind: JsonSchema = { description: node.description!, enum: types };
  into.options.push({ path: `${dotted}.type`, node: kind, ...proposals(`${dotted}.type`, kind) });
  return variants.flatMap((variant, i) => {
    const own: SearchableOptions = { when: having(path, types[i]!, types[i] !== standard), options: [] };
    return [own, ...collectProperties(variant, path, own)];
  });
}

function collectProperties({ properties }: JsonSchema, path: string[], into: SearchableOptions) {
  return Object.entries(properties!)
    .filter(([, { const: tag }]) => tag === undefined)
    .flatMap(([key, child]) => collect(child, [...path, key], into));
}

/** What fits experiments in which the object at a path is of a type. Optional: or does not say of which. */
export function having([key, ...rest]: string[], type: string, required: boolean): JsonSchema {
  const inner: JsonSchema =
    rest.length > 0 ? having(rest, type, required) : { properties: { type: { const: type } } };
  const whole = rest.length > 0 || !required ? inner : { ...inner, required: ['type'] };
  return { properties: { [key!]: whole }, ...(required ? { required: [key!] } : {}) };
}

/** More values than this are hardly meant to be tried at once. */
const mostValues = 5;

/** What is worth trying of the numbers that are tuned most. */
const tried: Readonly<Record<string, Proposals>> = {
  'tokenizer.maxLength': { values: [128, 256, 512] },
  'tokenizer.maxVocabulary': { values: [10_000, 25_000, 50_000] },
  'tokenizer.ngrams': { values: [1, 2] },
  'model.type': { values: ['gru', 'lstm'] },
  'model.encoder': { values: knownEncoders.slice(0, 2).map(({ name }) => name) },
  'model.revision': { values: ['main'] },
  'model.maxLength': { values: [128, 256] },
  'model.freezeLayers': { values: [0, 2, 4] },
  'model.embedding.vectors': { values: ['glove.6B.100d'] },
  'model.embedding.size': { values: [50, 100, 200] },
  'model.hiddenSize': { values: [64, 128, 256] },
  'model.head.hiddenSize': { values: [0, 64, 128] },
  'model.filters': { values: [50, 100, 200] },
  'model.layers': { values: [1, 2] },
  'model.heads': { values: [2, 4, 8] },
  'model.dropout': { values: [0, 0.2, 0.5], range: { from: 0, to: 0.6, scale: 'linear' } },
  'model.strength': { values: [0.1, 1, 10], range: { from: 0.01, to: 100, scale: 'log' } },
  'model.wordNgrams': {
    values: [
      [1, 1],
      [1, 2],
      [1, 3],
    ],
  },
  'model.characterNgrams': { values: [null, [3, 5]] },
  'model.widths': {
    values: [
      [3, 4, 5],
      [2, 3, 4, 5],
    ],
  },
  'training.epochs': { values: [3, 5, 10] },
  'training.batchSize': { values: [16, 32, 64] },
  'training.labelSmoothing': { values: [0, 0.05, 0.1] },
  'training.focalGamma': { values: [1, 2, 5] },
  'training.gradientClip': { values: [0, 0.5, 1, 5] },
  'training.freezeEncoderEpochs': { values: [0, 1] },
  'training.layerLearningRateDecay': {
    values: [0.8, 0.9, 1],
    range: { from: 0.8, to: 1, scale: 'linear' },
  },
  'training.optimizer.learningRate': {
    values: [0.0003, 0.001, 0.003],
    range: { from: 0.0001, to: 0.01, scale: 'log' },
  },
  'training.optimizer.weightDecay': {
    values: [0, 0.0001, 0.01],
    range: { from: 0.00001, to: 0.1, scale: 'log' },
  },
  'training.optimizer.momentum': { values: [0, 0.9] },
  'training.scheduler.type': { values: ['constant', 'linear', 'cosine'] },
  'training.scheduler.warmupSteps': { values: [0, 100, 500] },
  'training.scheduler.milestones': { values: [[2, 4]] },
};

/** The same of a pretrained encoder: smaller steps, and fewer epochs of smaller batches. */
const triedWithPretrained: Readonly<Record<string, Proposals>> = {
  'training.epochs': { values: [2, 3, 4] },
  'training.batchSize': { values: [8, 16, 32] },
  'training.optimizer.learningRate': {
    values: [0.00002, 0.00003, 0.00005],
    range: { from: 0.00001, to: 0.0001, scale: 'log' },
  },
};

/** Of any other option all that it can be, or its default as a start. */
function proposals(
  path: string,
  node: JsonSchema,
): Pick<SearchableOption, 'values' | 'range' | 'ofPretrained'> {
  const [first = node] = node.anyOf ?? [];
  if (first.type === 'boolean') return { values: [false, true] };
  const ofPretrained = triedWithPretrained[path];
  return {
    ...(tried[path] ?? { values: first.enum?.slice(0, mostValues) ?? [node.default ?? 1] }),
    ...(ofPretrained ? { ofPretrained } : {}),
  };
}
