import { describe, expect, it } from 'vitest';
import { experimentJsonSchema, type JsonSchema } from '../../src/experiment/json-schema';
import { parseExperiment } from '../../src/experiment/parse';

interface Property {
  path: string[];
  node: JsonSchema;
  /** The experiment in which this property's own defaults show: the right variant is chosen. */
  input: Record<string, unknown>;
}

const least = { data: { train: 'a.csv' }, model: { type: 'lstm' } };

/** The least that fits a schema: of an object, what it requires. */
function leastOf(node: JsonSchema): unknown {
  const [first] = node.anyOf ?? node.oneOf ?? [];
  if (first) return leastOf(first);
  if (node.const !== undefined) return node.const;
  if (node.type === 'array') return [leastOf(node.items as JsonSchema)];
  if (node.type === 'integer') return node.minimum ?? 1;
  if (node.type !== 'object') return 'a';
  // A search has to vary something.
  if (typeof node.additionalProperties === 'object') return { 'training.epochs': [1] };
  return Object.fromEntries((node.required ?? []).map((key) => [key, leastOf(node.properties![key]!)]));
}

/** The experiment with another value at a path; what the path leads through is there, or empty. */
function withValue(
  input: Record<string, unknown>,
  [key, ...rest]: string[],
  value: unknown,
): Record<string, unknown> {
  const inner = (input[key!] ?? {}) as Record<string, unknown>;
  return { ...input, [key!]: rest.length > 0 ? withValue(inner, rest, value) : value };
}

/** Every property of the schema, whichever variant it belongs to. */
function properties(
  node: JsonSchema,
  path: string[] = [],
  input: Record<string, unknown> = least,
): Property[] {
  const variants = node.anyOf ?? node.oneOf;
  if (variants) {
    return variants.flatMap((variant) =>
      properties(variant, path, variant.properties ? withValue(input, path, leastOf(variant)) : input),
    );
  }
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    { path: [...path, key], node: child, input },
    ...properties(child, [...path, key], key === 'hub' ? { ...input, data: { hub: leastOf(child) } } : input),
  ]);
}

const all = properties(experimentJsonSchema());
const named = all.map((property) => [property.path.join('.'), property] as const);

describe('the JSON Schema', () => {
  it('has the properties of all variants', () => {
    const paths = all.map(({ path }) => path.join('.'));
    expect(paths).toContain('training.optimizer.nesterov');
    expect(paths).toContain('training.earlyStopping.patience');
    expect(paths).toContain('model.embedding.vectors');
    expect(paths).toContain('$schema');
  });

  it('has a title and requires only what has no default', () => {
    const schema = experimentJsonSchema();
    expect(schema.title).toBeTruthy();
    expect(schema.required).toEqual(['data', 'model']);
    expect(schema.properties?.data).toMatchObject({
      allOf: [{ oneOf: [{ required: ['train'] }, { required: ['hub'] }] }],
    });
    const models = schema.properties!.model!.oneOf!;
    const required = new Map(models.map((model) => [model.properties!.type!.const, model.required]));
    expect(required.get('pretrained')).toEqual(['type', 'encoder']);
    required.delete('pretrained');
    expect([...required.values()]).toEqual(Array(7).fill(['type']));
  });

  it.each(named)('describes %s in a sentence', (_, { node }) => {
    expect(node.description).toMatch(/^[A-Z].+\.$/);
  });

  it.each(named)('refuses unknown keys in %s', (_, { node }) => {
    for (const variant of node.anyOf ?? node.oneOf ?? [node]) {
      // Keys of any name are said to be: they have a schema of their own.
      if (variant.type === 'object' && typeof variant.additionalProperties !== 'object') {
        expect(variant.additionalProperties).toBe(false);
      }
    }
  });

  const withDefault = named.filter(([, { node }]) => node.default !== undefined);
  it.each(withDefault)('gives the default of %s that applies', (_, { path, node, input }) => {
    const { experiment } = parseExperiment(JSON.stringify(input), 'a.textclf.json');
    const resolved = path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown>)[key],
      experiment,
    );
    if (typeof node.default === 'object' && !Array.isArray(node.default) && node.default !== null) {
      expect(resolved).toMatchObject(node.default);
    } else {
      expect(resolved).toEqual(node.default);
    }
  });

  it('gives a default wherever the resolved experiment has a value that nobody wrote', () => {
    const { experiment } = parseExperiment(JSON.stringify(least), 'a.textclf.json');
    const { name: _, data, model, ...rest } = experiment!;
    const { train: _train, ...otherData } = data;
    const { type: _type, ...otherModel } = model;
    const written = { data: otherData, model: otherModel, ...rest };
    const paths = new Set(withDefault.map(([path]) => path));
    const undocumented: string[] = [];
    const visit = (value: object, path: string) => {
      for (const [key, child] of Object.entries(value)) {
        const name = path ? `${path}.${key}` : key;
        if (['data', 'model', 'training.optimizer.type', 'training.scheduler.type'].includes(name)) continue;
        if (!paths.has(name)) undocumented.push(name);
        if (typeof child === 'object' && child !== null && !Array.isArray(child)) visit(child, name);
      }
    };
    visit(written, '');
    visit(written.data, 'data');
    visit(written.model, 'model');
    expect(undocumented).toEqual([]);
  });
});

describe('defaults that pretrained encoders alone have', () => {
  const pretrained = { data: { train: 'a.csv' }, model: { type: 'pretrained', encoder: 'a' } };
  const own = properties(experimentJsonSchema('pretrained'), [], pretrained);
  // The same variants in the same order: each beside its counterpart.
  const other = own.filter(
    ({ node }, i) => JSON.stringify(node.default) !== JSON.stringify(all[i]!.node.default),
  );

  it('are these', () => {
    expect(own.map(({ path }) => path)).toEqual(all.map(({ path }) => path));
    expect(new Set(other.map(({ path }) => path.join('.')))).toEqual(
      new Set([
        'training.epochs',
        'training.batchSize',
        'training.gradientClip',
        'training.optimizer',
        'training.optimizer.learningRate',
        'training.scheduler',
      ]),
    );
  });

  it.each(other.map((property) => [property.path.join('.'), property] as const))(
    '%s applies',
    (_, { path, node, input }) => {
      // The variant's own input, with the encoder for a model.
      const { experiment } = parseExperiment(
        JSON.stringify({ ...input, model: pretrained.model }),
        'a.textclf.json',
      );
      const resolved = path.reduce<unknown>(
        (value, key) => (value as Record<string, unknown>)[key],
        experiment,
      );
      if (typeof node.default === 'object') expect(resolved).toMatchObject(node.default!);
      else expect(resolved).toBe(node.default);
    },
  );

  it('are told in the schema for all', () => {
    const told = all.filter(({ node }) => node.description?.includes("A pretrained encoder's default is"));
    expect(new Set(told.map(({ path }) => path.join('.')))).toEqual(
      new Set(other.map(({ path }) => path.join('.'))),
    );
    const [rate] = told.filter(({ path }) => path.at(-1) === 'learningRate');
    expect(rate!.node.description).toMatch(/default is 2e-5\.$/);
    expect(own.some(({ node }) => node.description?.includes("encoder's default"))).toBe(false);
  });
});
