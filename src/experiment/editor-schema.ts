import { bytesText } from '../protocol/bytes';
import { choicesOf } from './choices';
import { experimentJsonSchema, type JsonSchema } from './json-schema';
import { knownDatasets } from './known-datasets';
import { knownEncoders } from './known-encoders';
import { knownVectorNames, knownVectors } from './known-vectors';
import { defaultsOf } from './model-defaults';
import { typesAt } from './schema-walk';
import {
  having,
  type Proposals,
  type SearchableOption,
  type SearchableOptions,
  searchableOptions,
} from './searchable-options';

/** JSON Schema with the keywords that VS Code adds to it. */
export interface EditorSchema
  extends Omit<
    JsonSchema,
    'properties' | 'additionalProperties' | 'items' | 'anyOf' | 'oneOf' | 'allOf' | 'default'
  > {
  properties?: Record<string, EditorSchema>;
  additionalProperties?: boolean | EditorSchema;
  anyOf?: EditorSchema[];
  allOf?: EditorSchema[];
  if?: EditorSchema;
  then?: EditorSchema;
  else?: EditorSchema;
  default?: unknown;
  examples?: unknown[];
  items?: unknown;
  markdownDescription?: string;
  enumDescriptions?: string[];
  defaultSnippets?: Snippet[];
}

interface Snippet {
  label: string;
  description: string;
  /** A value with the placeholders of VS Code's snippets; a text that begins with `^` stands for itself. */
  body: unknown;
}

/**
 * The schema that VS Code completes and explains experiment files with. It finds nothing wrong in any of them:
 * all problems come from `parseExperiment`, which has better words, or each would be shown twice. So objects lose
 * what they require and forbid, and wherever a value can be wrong, anything is an alternative.
 */
export function editorJsonSchema(): EditorSchema {
  const { title, allowTrailingCommas, $schema, ...root } = experimentJsonSchema() as JsonSchema &
    Record<string, unknown>;
  return {
    ...{ title, allowTrailingCommas, $schema },
    ...lenient(root, ''),
    allOf: [ownDefaults(pretrained), ...searchableOptions().flatMap(searchOptions)],
  } as EditorSchema;
}

const pretrained = 'pretrained';

/** Places of a snippet that a person fills in one after the other: with a proposal, or with one of several. */
const blank = (place: number, proposal: unknown) =>
  typeof proposal === 'string' ? `\${${place}:${proposal}}` : `^\${${place}:${JSON.stringify(proposal)}}`;
const choice = (place: number, values: readonly string[]) => `\${${place}|${values.join(',')}|}`;

const modelType = (place: number) =>
  choice(
    place,
    typesAt(['model']).map(({ type }) => type),
  );
const monitor = (place: number) => choice(place, Object.keys(choicesOf('training.earlyStopping.monitor')));

const dataBody = { train: blank(1, 'train.csv'), text: blank(2, 'text'), label: blank(3, 'label') };

const searchedOptions = {
  'training.optimizer.learningRate': { from: blank(1, 0.0003), to: blank(2, 0.03), scale: 'log' },
};

/** What is proposed for an option whose default alone would help nobody, by its dotted path. */
const snippets: Record<string, Snippet[]> = {
  '': [
    {
      label: 'New experiment',
      description: 'The data, the network and how long it trains.',
      body: {
        data: dataBody,
        model: { type: modelType(4) },
        training: { epochs: blank(5, 5) },
      },
    },
  ],
  data: [
    {
      label: '{ "train": …, "text": …, "label": … }',
      description: 'A file and the columns of it that matter.',
      body: dataBody,
    },
    {
      label: '{ "hub": { "dataset": … } }',
      description: 'A data set of the Hugging Face Hub.',
      body: { hub: { dataset: blank(1, 'stanfordnlp/imdb'), test: blank(2, 'test') } },
    },
  ],
  'data.hub': knownDatasets.map(({ name, title, config, validation, test }) => ({
    label: JSON.stringify(name),
    description: `${title}.`,
    body: {
      dataset: name,
      ...(config ? { config } : {}),
      ...(validation ? { validation } : {}),
      ...(test ? { test } : {}),
    },
  })),
  'data.hub.dataset': knownDatasets.map(({ name, title, bytes, text, label }) => ({
    label: JSON.stringify(name),
    description: [
      `${title}.`,
      ...(text || label
        ? [
            `Its columns: "text": ${JSON.stringify(text ?? 'text')}, "label": ${JSON.stringify(label ?? 'label')}.`,
          ]
        : []),
      `Downloaded once${bytes ? `, about ${bytesText((bytes.train ?? 0) + (bytes.test ?? 0))}` : ''}.`,
    ].join(' '),
    body: name,
  })),
  'data.validation': [
    { label: '0.2', description: 'A share of the training rows.', body: blank(1, 0.2) },
    {
      label: '{ "folds": 5 }',
      description: 'Cross-validation: a run for each part of the training rows.',
      body: { folds: blank(1, 5) },
    },
  ],
  model: [
    {
      label: '{ "type": … }',
      description: 'The network, or the baseline; all else about it has a default.',
      body: { type: modelType(1) },
    },
  ],
  'model.embedding.vectors': knownVectorNames.map((name) => ({
    label: JSON.stringify(name),
    description: `Downloaded once, ${Math.round(knownVectors(name)!.bytes / 1e6)} MB.`,
    body: name,
  })),
  'model.encoder': knownEncoders.map(({ name, title, bytes }) => ({
    label: JSON.stringify(name),
    description: `${title}. Downloaded once, about ${bytesText(bytes)}.`,
    body: name,
  })),
  'training.classWeights': [
    { label: '"balanced"', description: choicesOf('training.classWeights').balanced!, body: 'balanced' },
    {
      label: '{ "class": weight }',
      description: 'A weight by hand; classes that are not named weigh 1.',
      body: { [blank(1, 'class')]: blank(2, 2) },
    },
  ],
  'training.earlyStopping': [
    {
      label: '{ "monitor": …, "patience": … }',
      description: 'Stop when the metric has not improved for some epochs.',
      body: { monitor: monitor(1), patience: blank(2, 3) },
    },
  ],
  search: [
    {
      label: '20 trials at random',
      description: 'Draws settings from lists and ranges; the best trial wins.',
      body: { options: searchedOptions, trials: blank(3, 20) },
    },
    {
      label: 'for 10 minutes, poor trials stopped early',
      description: 'Draws settings until the time is over; what is not among the best so far ends early.',
      body: { options: searchedOptions, minutes: blank(3, 10), halving: {} },
    },
    {
      label: 'every combination (grid)',
      description: 'Tries each value of each list with each of all others.',
      body: {
        strategy: 'grid',
        options: { 'training.optimizer.learningRate': [blank(1, 0.001), blank(2, 0.003)] },
      },
    },
  ],
  'search.halving': [
    { label: '{}', description: 'With the defaults.', body: {} },
    {
      label: '{ "factor": …, "firstEpoch": … }',
      description: 'How many are compared, and from which epoch on.',
      body: { factor: blank(1, 3), firstEpoch: blank(2, 1) },
    },
  ],
};

function lenient(node: JsonSchema, path: string): EditorSchema {
  const variants = node.anyOf ?? node.oneOf ?? [node];
  const shape = lenientShape(variants, path);
  const proposals = snippets[path];
  return {
    ...(node.description ? { markdownDescription: explained(node, variants) } : {}),
    ...('default' in node && !isByModel(path) ? { default: node.default } : {}),
    ...shape,
    ...(proposals ? { defaultSnippets: proposals } : {}),
  };
}

function lenientShape(variants: JsonSchema[], path: string): EditorSchema {
  const objects = variants.filter(({ properties }) => properties);
  if (objects.length > 1) return lenientUnion(objects, path);
  if (objects[0]) return { properties: lenientProperties(objects[0], path) };
  const [{ additionalProperties: any } = {}] = variants;
  if (isObjectLike(any)) return { additionalProperties: lenient(any, `${path}.*`) };
  return lenientValue(variants, path);
}

/** Whether keys of any name hold objects of their own: there is more to complete in them than a value. */
function isObjectLike(node: JsonSchema['additionalProperties']): node is JsonSchema {
  return typeof node === 'object' && (node.anyOf ?? [node]).some(({ properties }) => properties);
}

function lenientProperties({ properties }: JsonSchema, path: string): Record<string, EditorSchema> {
  return Object.fromEntries(
    Object.entries(properties!).map(([key, child]) => [key, lenient(child, path ? `${path}.${key}` : key)]),
  );
}

/** Objects told apart by their `type`. One without a known type is offered the types there are. */
function lenientUnion(variants: JsonSchema[], path: string): EditorSchema {
  const types = variants.map(({ properties }) => properties!.type!);
  return {
    anyOf: [
      ...variants.map((variant, i) => ({
        required: ['type'],
        properties: { ...lenientProperties(variant, path), type: types[i]! as EditorSchema },
      })),
      {
        properties: {
          type: {
            examples: types.map((type) => type.const),
            anyOf: [
              {
                enum: types.map((type) => type.const!),
                enumDescriptions: types.map((type) => type.description ?? ''),
              },
              {},
            ],
          },
        },
      },
    ],
  };
}

/** The values that fit, for completion and hovers; and any other. */
function lenientValue(variants: JsonSchema[], path: string): EditorSchema {
  const meanings = choicesOf(path);
  const bare = variants.map(({ description: _description, default: _default, ...rest }) =>
    described(rest as EditorSchema, meanings),
  );
  const values = variants.flatMap((variant): unknown[] =>
    variant.type === 'boolean' ? [true, false] : (variant.enum ?? []),
  );
  // With several examples, VS Code asks which; with a default alone, it would insert that.
  return { ...(values.length > 1 ? { examples: values } : {}), anyOf: [...bare, {}] };
}

function described(node: EditorSchema, meanings: Readonly<Record<string, string>>): EditorSchema {
  if (node.const !== undefined) return { ...node, description: meanings[node.const] ?? '' };
  if (!node.enum) return node;
  return { ...node, enumDescriptions: node.enum.map((value) => meanings[value] ?? '') };
}

/** What an option is, and in a second paragraph what it can be and is by default. */
function explained(node: JsonSchema, variants: JsonSchema[]): string {
  const limits = variants.length === 1 ? limitsOf(variants[0]!) : '';
  const inherited = isPlain(node.default) ? `Default: \`${JSON.stringify(node.default)}\`.` : '';
  const facts = [limits, inherited].filter(Boolean).join(' ');
  return [escapeMarkdown(node.description!), facts].filter(Boolean).join('\n\n');
}

function isPlain(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

const bounds = [
  ['minimum', 'at least'],
  ['exclusiveMinimum', 'above'],
  ['maximum', 'at most'],
  ['exclusiveMaximum', 'below'],
] as const;

/** `A whole number, at least 1.`; empty for what is no number. */
function limitsOf(node: JsonSchema): string {
  const kind = { integer: 'A whole number', number: 'A number' }[node.type as string];
  if (!kind) return '';
  const limits = bounds.flatMap(([key, words]) => (node[key] === undefined ? [] : `${words} ${node[key]}`));
  return `${[kind, limits.join(' and ')].filter(Boolean).join(', ')}.`;
}

/** Whether the default depends on the type of the model; then `ownDefaults` has both. */
function isByModel(option: string): boolean {
  return defaultsOf(pretrained).some(({ path }) => path.join('.') === option);
}

/** The defaults that are other for one type of model: VS Code takes what stands here before all else. */
function ownDefaults(model: string): EditorSchema {
  return {
    if: having(['model'], model, true) as EditorSchema,
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: onlyDefaults(experimentJsonSchema(model), ''),
    else: onlyDefaults(experimentJsonSchema(), ''),
  };
}

/** Of a node nothing but the defaults that depend on the model, its own and those inside it. */
function onlyDefaults(node: JsonSchema, path: string): EditorSchema {
  const variants = node.anyOf ?? node.oneOf ?? [node];
  const [first, ...others] = variants.flatMap((variant) => {
    const properties = Object.entries(variant.properties ?? {}).flatMap(([key, child]) => {
      const inner = onlyDefaults(child, path ? `${path}.${key}` : key);
      return Object.keys(inner).length > 0 ? [[key, inner] as const] : [];
    });
    if (properties.length === 0) return [];
    const type = variant.properties?.type?.const;
    const tag = type === undefined ? {} : { required: ['type'], properties: { type: { const: type } } };
    return [{ ...tag, properties: { ...tag.properties, ...Object.fromEntries(properties) } }];
  });
  const own = isByModel(path)
    ? { default: node.default, markdownDescription: explained(node, variants) }
    : {};
  if (!first) return own;
  return variants.length > 1 ? { ...own, anyOf: [first, ...others, {}] } : { ...own, ...first };
}

/** The options that a search can name, in experiments that have them. */
function searchOptions({ when, options }: SearchableOptions): EditorSchema[] {
  if (options.length === 0) return [];
  const searched = (proposals: (option: SearchableOption) => Proposals | undefined) =>
    searchedProperties(
      options.flatMap((option) => {
        const proposed = proposals(option);
        return proposed ? [[option.path, searchOption(option, proposed)] as const] : [];
      }),
    );
  const byModel: EditorSchema = {
    if: having(['model'], pretrained, true) as EditorSchema,
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: searched(({ ofPretrained }) => ofPretrained),
    else: searched((option) => option.ofPretrained && option),
  };
  const shared = searched((option) => (option.ofPretrained ? undefined : option));
  const known = options.some(({ ofPretrained }) => ofPretrained) ? { allOf: [shared, byModel] } : shared;
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  return [when ? { if: when as EditorSchema, then: known } : known];
}

function searchedProperties(options: (readonly [path: string, node: EditorSchema])[]): EditorSchema {
  const properties = Object.fromEntries(options);
  return { properties: { search: { properties: { options: { properties } } } } };
}

function searchOption({ node }: SearchableOption, { values, range }: Proposals): EditorSchema {
  const list: Snippet = {
    label: JSON.stringify(values),
    description: 'These values.',
    body: values.map((value, i) => blank(i + 1, value)),
  };
  return {
    markdownDescription: explained(node, node.anyOf ?? node.oneOf ?? [node]),
    defaultSnippets: range ? [list, rangeSnippet(range)] : [list],
  };
}

function rangeSnippet(range: NonNullable<SearchableOption['range']>): Snippet {
  const { from, to, scale } = range;
  return {
    label: JSON.stringify(range),
    description: 'Any value between the two.',
    body: { from: blank(1, from), to: blank(2, to), scale },
  };
}

/** The descriptions are plain text, with names such as `reduce_on` and smileys in them. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&');
}
