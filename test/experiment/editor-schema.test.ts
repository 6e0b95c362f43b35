import { describe, expect, it } from 'vitest';
import { choicesOf } from '../../src/experiment/choices';
import { type EditorSchema, editorJsonSchema } from '../../src/experiment/editor-schema';
import { experimentJsonSchema, type JsonSchema } from '../../src/experiment/json-schema';
import { experimentSchema } from '../../src/experiment/schema';
import { searchableOptions } from '../../src/experiment/searchable-options';

type AnySchema = JsonSchema | EditorSchema;

/** Every node of a schema that describes an option, by the option's dotted path. */
function options(schema: AnySchema, path = ''): [path: string, node: AnySchema][] {
  const variants: AnySchema[] = schema.anyOf ?? ('oneOf' in schema ? schema.oneOf! : []);
  const any = schema.additionalProperties;
  const children: [string, AnySchema][] = Object.entries(schema.properties ?? {});
  // Keys of any name hold options of their own where they hold objects.
  if (typeof any === 'object' && (any.anyOf ?? any.properties)) children.push(['*', any]);
  const inside = children.flatMap(([key, child]) => options(child, path ? `${path}.${key}` : key));
  return [[path, schema], ...inside, ...variants.flatMap((variant) => options(variant, path))];
}

const least = { data: { train: 'a.csv' }, model: { type: 'lstm' } };

/** Where an experiment is wrong, as dotted paths. Rules between options are left aside. */
function wrongPlaces(experiment: object): string[] {
  return experimentSchema.safeParse(experiment).error?.issues.map(({ path }) => path.join('.')) ?? [];
}

/** A snippet whose proposals a person takes as they are. */
function filledIn(body: unknown): unknown {
  const taken = (text: string) =>
    text.replace(/\$\{\d+:(.*?)\}/g, '$1').replace(/\$\{\d+\|([^,|]*).*?\|\}/g, '$1');
  if (typeof body === 'string') {
    return body.startsWith('^') ? JSON.parse(taken(body.slice(1))) : taken(body);
  }
  if (Array.isArray(body)) return body.map(filledIn);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [taken(key), filledIn(value)]));
}

/** The experiment with another value at a path. */
function within(whole: object, [key, ...rest]: string[], value: unknown): object {
  const inner = (whole as Record<string, object>)[key!] ?? {};
  return { ...whole, [key!]: rest.length > 0 ? within(inner, rest, value) : value };
}

/** Whether a value fits a condition, as far as conditions are made of types. */
function fitting(when: AnySchema | undefined, value: unknown): boolean {
  if (!when) return true;
  if (when.const !== undefined) return value === undefined || value === when.const;
  const object = value as Record<string, unknown> | undefined;
  if (object === undefined) return !when.required;
  return (
    (when.required ?? []).every((key) => key in object) &&
    Object.entries(when.properties ?? {}).every(([key, inner]) => fitting(inner, object[key]))
  );
}

/** All that the editor's schema says of an option in an experiment, in the order in which VS Code looks at it. */
function saidOf(schema: EditorSchema, value: unknown, path: string[]): EditorSchema[] {
  const applied: EditorSchema[] = [
    ...(schema.allOf ?? []),
    ...(schema.if ? [fitting(schema.if, value) ? schema.then : schema.else].flatMap((one) => one ?? []) : []),
    ...(schema.anyOf ?? []).filter((variant) => fitting(variant, value)),
  ];
  const inside = applied.flatMap((one) => saidOf(one, value, path));
  const [key, ...rest] = path;
  if (key === undefined) return [...inside, schema];
  const child = schema.properties?.[key];
  return child ? [...inside, ...saidOf(child, (value as Record<string, unknown>)?.[key], rest)] : inside;
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
    const isNamed = (path: string) => path !== '' && !path.endsWith('*');
    expect(pathsOf(lenient).filter((path) => isNamed(path) && !explained.has(path))).toEqual([]);
  });

  it('says what each value of a choice means', () => {
    // What an option can be is not the same in every model: a transformer's pooling has one more.
    const all = new Map<string, Set<string>>();
    for (const [path, { enum: values, const: value }] of strict) {
      if (path.endsWith('.type') && value !== undefined) continue;
      for (const one of values ?? (value === undefined ? [] : [value])) {
        all.set(path, (all.get(path) ?? new Set()).add(one));
      }
    }
    expect(all.size).toBeGreaterThan(15);
    for (const [path, values] of all)
      expect(Object.keys(choicesOf(path)).sort(), path).toEqual([...values].sort());
    for (const [path, node] of lenient) {
      if ('enumDescriptions' in node) {
        expect(node.enumDescriptions, path).toHaveLength(node.enum!.length);
        expect(node.enumDescriptions, path).not.toContain('');
      }
      if (node.const !== undefined) expect(node.description, `${path} ${node.const}`).toMatch(/\.$/);
    }
  });

  it('proposes values that the strict one accepts', () => {
    const proposals = lenient.flatMap(([path, node]) =>
      'defaultSnippets' in node
        ? (node.defaultSnippets ?? []).map(({ body }) => [path, filledIn(body)] as const)
        : [],
    );
    expect(proposals.length).toBeGreaterThan(10);
    for (const [path, value] of proposals) {
      const whole = path === '' ? (value as object) : within(least, path.split('.'), value);
      expect(
        wrongPlaces(whole).filter((place) => place.startsWith(path)),
        path,
      ).toEqual([]);
    }
  });

  it('keeps limits and defaults in words, with nothing that Markdown would draw', () => {
    const { properties } = editorJsonSchema();
    expect(properties?.training?.properties?.seed?.markdownDescription).toBe(
      'The start of all that is random\\. The same seed on the same machine gives the same run\\.\n\nA whole number, at least 0 and at most 4294967295. Default: `42`.',
    );
    expect(properties?.tokenizer?.properties?.keepEmoticons?.markdownDescription).toContain(':\\-\\)');
  });
});

describe('what the schema for the editor says of a model of its own', () => {
  const pretrained = { ...least, model: { type: 'pretrained', encoder: 'a' } };
  const table: [option: string, optimizer: string, ofEncoder: unknown, ofOthers: unknown][] = [
    ['epochs', 'adamW', 3, 5],
    ['batchSize', 'adamW', 16, 32],
    ['gradientClip', 'adamW', 1, 0],
    ['optimizer', 'adamW', { type: 'adamW' }, { type: 'adam' }],
    ['scheduler', 'adamW', { type: 'linear' }, { type: 'constant' }],
    ['optimizer.learningRate', 'adamW', 2e-5, 0.001],
    ['optimizer.learningRate', 'nadam', 2e-5, 0.002],
    ['optimizer.learningRate', 'sgd', 0.01, 0.01],
    ['seed', 'adamW', 42, 42],
  ];
  it.each(table)('the default of %s with %s', (option, type, ofEncoder, ofOthers) => {
    const defaults = (experiment: object) => {
      const whole = { ...experiment, training: { optimizer: { type } } };
      const said = saidOf(editorJsonSchema(), whole, ['training', ...option.split('.')]);
      // The hover shows the first words; a completion would offer every default there is.
      const words = said.find(({ markdownDescription }) => markdownDescription)!.markdownDescription!;
      const found = said.flatMap((node) => ('default' in node ? [node.default] : []));
      if (typeof found[0] === 'number') expect(words).toContain(`Default: \`${found[0]}\``);
      return found;
    };
    expect(new Set(defaults(pretrained))).toEqual(new Set([ofEncoder]));
    expect(new Set(defaults(least))).toEqual(new Set([ofOthers]));
    expect(new Set(defaults({ data: {} }))).toEqual(new Set([ofOthers]));
  });

  it('proposes encoders by their names and sizes', () => {
    const said = saidOf(editorJsonSchema(), pretrained, ['model', 'encoder']);
    const snippets = said.flatMap(({ defaultSnippets = [] }) => defaultSnippets);
    expect(snippets.length).toBeGreaterThan(5);
    expect(snippets[0]).toMatchObject({ body: 'distilbert-base-uncased' });
    expect(snippets[0]!.description).toMatch(/about 269 MB/);
  });

  it('proposes small steps to search through, and to others large ones', () => {
    const option = 'training.optimizer.learningRate';
    const proposed = (experiment: object) =>
      saidOf(editorJsonSchema(), { ...experiment, training: { optimizer: { type: 'adamW' } } }, [
        'search',
        'options',
        option,
      ]).flatMap(({ defaultSnippets = [] }) => defaultSnippets.map(({ body }) => filledIn(body)));
    expect(proposed(pretrained)).toEqual([[2e-5, 3e-5, 5e-5], { from: 1e-5, to: 1e-4, scale: 'log' }]);
    expect(proposed(least)).toEqual([[0.0003, 0.001, 0.003], { from: 0.0001, to: 0.01, scale: 'log' }]);
  });
});

describe('the options that a search completes to', () => {
  const pathsFor = (experiment: object) =>
    searchableOptions()
      .filter(({ when }) => fitting(when, experiment))
      .flatMap(({ options }) => options.map(({ path }) => path));

  it('are those of its own model, optimizer and scheduler', () => {
    const plain = pathsFor(least);
    expect(plain).toContain('model.hiddenSize');
    expect(plain).toContain('training.optimizer.beta1');
    expect(plain).not.toContain('model.widths');
    expect(plain).not.toContain('training.optimizer.momentum');
    expect(plain).not.toContain('training.seed');
    const other = pathsFor({
      ...least,
      model: { type: 'cnn' },
      training: { optimizer: { type: 'sgd' }, scheduler: { type: 'step' } },
    });
    expect(other).toContain('model.widths');
    expect(other).toContain('training.optimizer.momentum');
    expect(other).toContain('training.scheduler.every');
    expect(other).not.toContain('model.hiddenSize');
    expect(other).not.toContain('training.optimizer.beta1');
    expect(new Set(plain).size).toBe(plain.length);
    const encoder = pathsFor({ ...least, model: { type: 'pretrained', encoder: 'a' } });
    expect(encoder).toContain('model.freezeLayers');
    expect(encoder).toContain('training.layerLearningRateDecay');
    expect(encoder).not.toContain('tokenizer.maxLength');
    expect(plain).toContain('tokenizer.maxLength');
    expect(plain).not.toContain('training.layerLearningRateDecay');
  });

  it('propose values that the option can have', () => {
    for (const { when, options: found } of searchableOptions()) {
      const base = when ? withTypes(least, when) : least;
      for (const { path, values, range, ofPretrained } of found) {
        const all = [{ values, range }, ...(ofPretrained ? [ofPretrained] : [])];
        for (const value of all.flatMap((one) => [...one.values, one.range?.from, one.range?.to])) {
          if (value === undefined) continue;
          const wrong = wrongPlaces(within(base, path.split('.'), value));
          expect(wrong.includes(path), `${path} ${JSON.stringify(value)}`).toBe(false);
        }
      }
    }
  });

  /** The experiment with the types that a condition asks for. */
  function withTypes(experiment: object, { properties = {} }: JsonSchema): object {
    const changed = Object.entries(properties).map(([key, inner]) => {
      const old = (experiment as Record<string, object>)[key] ?? {};
      return [key, inner.properties?.type ? { type: inner.properties.type.const } : withTypes(old, inner)];
    });
    return { ...experiment, ...Object.fromEntries(changed) };
  }
});
