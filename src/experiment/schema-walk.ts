import { experimentJsonSchema, type JsonSchema } from './json-schema';
import type { Path } from './problems';

/**
 * What the schema says about the value at a path: one node, or several where the schema offers a
 * choice. Of an object's variants, those that the value's own `type` rules out are left out.
 */
export function schemaAt(path: Path, root: unknown): JsonSchema[] {
  let nodes = variants([experimentJsonSchema(valueAt(['model', 'type'], root))], root);
  let value = root;
  for (const step of path) {
    value = valueAt([step], value);
    const next = nodes.map((node) =>
      typeof step === 'number' ? itemAt(node, step) : valueOfKey(node, step),
    );
    nodes = variants(
      next.filter((node) => node !== undefined),
      value,
    );
  }
  return nodes;
}

/** What stands at a path where nothing is written. */
export function defaultAt(path: Path, root: unknown): unknown {
  const key = String(path.at(-1));
  return schemaAt(path.slice(0, -1), root)
    .map((node) => valueOfKey(node, key)?.default)
    .find((value) => value !== undefined);
}

/** The keys that the schema allows in the object at a path. */
export function knownKeys(path: Path, root: unknown): string[] {
  return [...new Set(schemaAt(path, root).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** The paths (dotted) of all objects of the schema that have this key, the outermost first. */
export function objectsWithKey(key: string): string[] {
  const found = new Set<string>();
  const visit = (node: JsonSchema, path: string) => {
    for (const variant of node.anyOf ?? node.oneOf ?? []) visit(variant, path);
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      if (name === key) found.add(path);
      visit(child, path ? `${path}.${name}` : name);
    }
  };
  visit(experimentJsonSchema(), '');
  const depth = (path: string) => (path === '' ? 0 : path.split('.').length);
  return [...found].sort((a, b) => depth(a) - depth(b));
}

/** The types that the object at a path can be of, in the schema's order, each with what it is. */
export function typesAt(path: Path): { type: string; meaning: string }[] {
  return schemaAt(path, {}).flatMap(({ properties }) => {
    const { const: type, description: meaning = '' } = properties?.type ?? {};
    return type === undefined ? [] : [{ type, meaning }];
  });
}

/** The value at a path, or undefined where there is none. */
export function valueAt(path: Path, root: unknown): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    root,
  );
}

/** What an item of a list has to be. */
export function itemAt({ items }: JsonSchema, position: number): JsonSchema | undefined {
  return Array.isArray(items) ? items[position] : items;
}

function valueOfKey({ properties, additionalProperties }: JsonSchema, key: string): JsonSchema | undefined {
  if (properties && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function variants(nodes: JsonSchema[], value: unknown): JsonSchema[] {
  const all = nodes.flatMap((node) => node.anyOf ?? node.oneOf ?? [node]);
  const type = valueAt(['type'], value);
  const chosen = all.filter((node) => node.properties?.type?.const === type);
  return chosen.length > 0 ? chosen : all;
}
