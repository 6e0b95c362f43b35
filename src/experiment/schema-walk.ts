import { experimentJsonSchema, type JsonSchema } from './json-schema';
import type { Path } from './problems';

/**
 * What the schema says about the value at a path: one node, or several where the schema offers a
 * choice. Of an object's variants, those that the value's own `type` rules out are left out.
 */
export function schemaAt(path: Path, root: unknown): JsonSchema[] {
  let nodes = variants([experimentJsonSchema()], root);
  let value = root;
  for (const step of path) {
    value = valueAt([step], value);
    const next = nodes.map((node) => (typeof step === 'number' ? node.items : ownProperty(node, step)));
    nodes = variants(
      next.filter((node) => node !== undefined),
      value,
    );
  }
  return nodes;
}

/** The keys that the schema allows in the object at a path. */
export function knownKeys(path: Path, root: unknown): string[] {
  return [...new Set(schemaAt(path, root).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** The paths (dotted) of all objects of the schema that have this key. */
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
  return [...found];
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

function ownProperty(node: JsonSchema, key: string): JsonSchema | undefined {
  return node.properties && Object.hasOwn(node.properties, key) ? node.properties[key] : undefined;
}

function variants(nodes: JsonSchema[], value: unknown): JsonSchema[] {
  const all = nodes.flatMap((node) => node.anyOf ?? node.oneOf ?? [node]);
  const type = valueAt(['type'], value);
  const chosen = all.filter((node) => node.properties?.type?.const === type);
  return chosen.length > 0 ? chosen : all;
}
