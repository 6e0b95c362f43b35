import * as z from 'zod';
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

let cached: JsonSchema | undefined;

/**
 * The JSON Schema of experiment files as people write them, for completion and hovers in editors.
 * `allowTrailingCommas` is VS Code's own keyword; other editors ignore it.
 */
export function experimentJsonSchema(): JsonSchema {
  cached ??= {
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
  return cached;
}
