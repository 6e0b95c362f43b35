import { describe, expect, it } from 'vitest';
import { choicesOf } from '../../src/experiment/choices';
import { type EditorSchema, editorJsonSchema } from '../../src/experiment/editor-schema';
import { experimentJsonSchema, type JsonSchema } from '../../src/experiment/json-schema';

type AnySchema = JsonSchema | EditorSchema;

/** Every node of a schema that describes an option, by the option's dotted path. */
function options(schema: AnySchema, path = ''): [path: string, node: AnySchema][] {
  const variants: AnySchema[] = schema.anyOf ?? ('oneOf' in schema ? schema.oneOf! : []);
  const inside = Object.entries(schema.properties ?? {}).flatMap(([key, child]) =>
    options(child, path ? `${path}.${key}` : key),
  );
  return [[path, schema], ...inside, ...variants.flatMap((variant) => options(variant, path))];
}

const strict = options(experimentJsonSchema());
const lenient = options(editorJsonSchema());
const pathsOf = (nodes: [string, AnySchema][]) => [...new Set(nodes.map(([path]) => path))].sort();

describe('the schema for the editor', () => {
  it('knows the same options as the strict one, and explains each', () => {
    expect(pathsOf(lenient)).toEqual(pathsOf(strict));
    const explained = new Set(
      lenient.filter(([, node]) => 'markdownDescription' in node || node.description).map(([path]) => path),
    );
    expect(pathsOf(lenient).filter((path) => path !== '' && !explained.has(path))).toEqual([]);
  });

  it('says what each value of a choice means', () => {
    for (const [path, { enum: values }] of strict) {
      if (values) expect(Object.keys(choicesOf(path)).sort(), path).toEqual([...values].sort());
    }
    for (const [path, node] of lenient) {
      if ('enumDescriptions' in node) {
        expect(node.enumDescriptions, path).toHaveLength(node.enum!.length);
        expect(node.enumDescriptions, path).not.toContain('');
      }
    }
  });

  it('keeps limits and defaults in words, with nothing that Markdown would draw', () => {
    const { properties } = editorJsonSchema();
    expect(properties?.training?.properties?.epochs?.markdownDescription).toBe(
      'How many times the training rows are gone through\\.\n\nA whole number, at least 1. Default: `5`.',
    );
    expect(properties?.tokenizer?.properties?.keepEmoticons?.markdownDescription).toContain(':\\-\\)');
  });
});
