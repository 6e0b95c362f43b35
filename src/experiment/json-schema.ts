import * as z from 'zod';
import { defaultsOf, type ModelDefault } from './model-defaults';
import { experimentSchema } from './schema';

/** The part of JSON Schema (draft 7) that the experiment's schema is written in. */
export interface JsonSchema {
  $schema?: string;
  title?: string;
  description?: string;
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  properties?: Record<string, JsonSchema>;
  required?: string[];
  /** What keys of any name have, or false where no others are allowed. */
  additionalProperties?: boolean | JsonSchema;
  /** Of a list of fixed length, one for each place. */
  items?: JsonSchema | JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  /** What has to hold besides. */
  allOf?: JsonSchema[];
  enum?: string[];
  const?: string;
  default?: unknown;
  pattern?: string;
  minItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

const cached = new Map<string, JsonSchema>();

/**
 * The JSON Schema of experiment files as people write them, for completion and hovers in editors.
 * `allowTrailingCommas` is VS Code's own keyword; other editors ignore it.
 *
 * @param model with the defaults of experiments whose model is of this type; without it, models that have others
 * are told in the descriptions
 */
export function experimentJsonSchema(model?: unknown): JsonSchema {
  const own = defaultsOf(model);
  const key = own.length > 0 ? String(model) : '';
  const schema = cached.get(key) ?? generate(own);
  cached.set(key, schema);
  return schema;
}

function generate(own: readonly ModelDefault[]): JsonSchema {
  const schema = {
    title: 'TextClf experiment',
    allowTrailingCommas: true,
    ...z.toJSONSchema(experimentSchema, {
      io: 'input',
      target: 'draft-7',
      override: ({ jsonSchema }) => {
        // zod writes the largest safe integer as every integer's limit: noise in a hover.
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    }),
  } as JsonSchema;
  for (const { path, value, types } of own) {
    for (const node of nodesAt(schema, path, types)) node.default = value;
  }
  if (own.length === 0) tellOtherDefaults(schema);
  // As `sourceFindings` has it.
  schema.properties!.data!.allOf = [{ oneOf: [{ required: ['train'] }, { required: ['hub'] }] }];
  return schema;
}

function tellOtherDefaults(schema: JsonSchema): void {
  for (const { path, value, types } of defaultsOf('pretrained')) {
    for (const node of nodesAt(schema, path, types)) {
      node.description += ` A pretrained encoder's default is ${shownDefault(value)}.`;
    }
  }
}

/** `2e-5` rather than `0.00002`; of an object its type, all else in it has defaults of its own. */
function shownDefault(value: unknown): string {
  if (typeof value === 'object') return JSON.stringify((value as { type: unknown }).type);
  return typeof value === 'number' && value < 1e-3 ? value.toExponential() : JSON.stringify(value);
}

/** What says what stands at a path: one node for each variant of the object that holds it. */
function nodesAt(root: JsonSchema, path: readonly string[], types: readonly string[] = []): JsonSchema[] {
  let objects = variantsOf(root);
  for (const key of path.slice(0, -1)) {
    objects = objects.flatMap(({ properties }) => variantsOf(properties?.[key] ?? {}));
  }
  return objects.flatMap(({ properties }) => {
    const fits = types.length === 0 || types.includes(properties?.type?.const ?? '');
    const node = fits ? properties?.[path.at(-1)!] : undefined;
    return node ? [node] : [];
  });
}

/** The keys that an object must have; of a choice, those that come first in it. */
export function requiredKeys({ required = [], allOf = [] }: JsonSchema): string[] {
  return [...required, ...allOf.flatMap(({ oneOf }) => oneOf?.[0]?.required ?? [])];
}

function variantsOf(node: JsonSchema): JsonSchema[] {
  return node.anyOf ?? node.oneOf ?? [node];
}
