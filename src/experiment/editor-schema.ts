import { choicesOf } from './choices';
import { experimentJsonSchema, type JsonSchema } from './json-schema';

/** JSON Schema with the keywords that VS Code adds to it. */
export interface EditorSchema
  extends Omit<JsonSchema, 'properties' | 'items' | 'anyOf' | 'oneOf' | 'default'> {
  properties?: Record<string, EditorSchema>;
  anyOf?: EditorSchema[];
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
  return { title, allowTrailingCommas, $schema, ...lenient(root, '') } as EditorSchema;
}

/** Places of a snippet that a person fills in one after the other: with a proposal, or with one of several. */
const blank = (place: number, proposal: unknown) => `\${${place}:${proposal}}`;
const choice = (place: number, option: string) => `\${${place}|${Object.keys(choicesOf(option)).join(',')}|}`;

const dataBody = { train: blank(1, 'train.csv'), text: blank(2, 'text'), label: blank(3, 'label') };

/** What is inserted for an option without a default, by its dotted path. */
const snippets: Record<string, Snippet> = {
  '': {
    label: 'New experiment',
    description: 'The data, the network and how long it trains.',
    body: {
      data: dataBody,
      model: { type: choice(4, 'model.type') },
      training: { epochs: `^${blank(5, 5)}` },
    },
  },
  data: {
    label: '{ "train": …, "text": …, "label": … }',
    description: 'A file and the columns of it that matter.',
    body: dataBody,
  },
  model: {
    label: '{ "type": … }',
    description: 'The network; all else about it has a default.',
    body: { type: choice(1, 'model.type') },
  },
  'training.earlyStopping': {
    label: '{ "monitor": …, "patience": … }',
    description: 'Stop when the metric has not improved for some epochs.',
    body: { monitor: choice(1, 'training.earlyStopping.monitor'), patience: `^${blank(2, 3)}` },
  },
};

function lenient(node: JsonSchema, path: string): EditorSchema {
  const variants = node.anyOf ?? node.oneOf ?? [node];
  const objects = variants.filter(({ properties }) => properties);
  const shape =
    objects.length > 1
      ? lenientUnion(objects, path)
      : objects[0]
        ? { properties: lenientProperties(objects[0], path) }
        : lenientValue(variants, path);
  const snippet = snippets[path];
  return {
    ...(node.description ? { markdownDescription: explained(node, variants) } : {}),
    ...('default' in node ? { default: node.default } : {}),
    ...shape,
    ...(snippet ? { defaultSnippets: [snippet] } : {}),
  };
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
    rest.enum
      ? { ...rest, enumDescriptions: rest.enum.map((value) => meanings[value] ?? '') }
      : (rest as EditorSchema),
  );
  const values = variants.flatMap((variant): unknown[] =>
    variant.type === 'boolean' ? [true, false] : (variant.enum ?? []),
  );
  // With several examples, VS Code asks which; with a default alone, it would insert that.
  return { ...(values.length > 1 ? { examples: values } : {}), anyOf: [...bare, {}] };
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

/** The descriptions are plain text, with names such as `reduce_on` and smileys in them. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, '\\$&');
}
