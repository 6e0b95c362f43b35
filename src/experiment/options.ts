/** Options by their dotted paths, as `search` names them: `training.optimizer.learningRate`. */
import { experimentJsonSchema, type JsonSchema } from './json-schema';
import type { Path } from './problems';
import { defaultAt } from './schema-walk';

/** The values of some options, by their dotted paths. */
export type Settings = Readonly<Record<string, unknown>>;

/** What the schema says of one option. */
export interface OptionFacts {
  /** One for each object that has the option: `momentum` of sgd and of rmsprop. */
  nodes: JsonSchema[];
  /** The types of those objects: `sgd`, `rmsprop`; empty where the object has no type. */
  owners: string[];
}

let cached: ReadonlyMap<string, OptionFacts> | undefined;

/** Every option of an experiment, and every object that holds some. */
export function allOptions(): ReadonlyMap<string, OptionFacts> {
  cached ??= collectOptions();
  return cached;
}

function collectOptions(): Map<string, OptionFacts> {
  const options = new Map<string, OptionFacts>();
  const visit = (node: JsonSchema, path: string) => {
    for (const variant of node.anyOf ?? node.oneOf ?? []) visit(variant, path);
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      const inner = path === '' ? key : `${path}.${key}`;
      const facts = options.get(inner) ?? { nodes: [], owners: [] };
      const owner = node.properties?.type?.const;
      options.set(inner, {
        nodes: [...facts.nodes, ...(child.anyOf ?? child.oneOf ?? [child])],
        owners: owner === undefined ? facts.owners : [...facts.owners, owner],
      });
      visit(child, inner);
    }
  };
  visit(experimentJsonSchema(), '');
  return options;
}

/** Whether an option takes whole numbers and no others. */
export function isWholeNumber(option: string): boolean {
  const types = (allOptions().get(option)?.nodes ?? []).map(({ type }) => type);
  return types.includes('integer') && !types.includes('number');
}

/** Objects before what is in them: an optimizer, then its learning rate. */
export function outermostFirst(settings: Settings): [path: string[], value: unknown][] {
  return Object.entries(settings)
    .map(([option, value]): [string[], unknown] => [option.split('.'), value])
    .sort(([a], [b]) => a.length - b.length);
}

/**
 * An experiment as written with other values for some options, which it need not mention so far. Undefined where
 * the object that an option belongs in is something else here: `training.earlyStopping.patience` where
 * `earlyStopping` is null.
 */
export function withSettings(written: unknown, settings: Settings): unknown {
  const result: unknown = structuredClone(written);
  for (const [path, value] of outermostFirst(settings)) {
    const home = placeToWrite(result, path);
    if (!home) return undefined;
    home.object[home.key] = structuredClone(home.wrap(value));
  }
  return result;
}

interface Home {
  object: Record<string, unknown>;
  /** Leads to the object. */
  path: Path;
  key: string;
  /** The value with the objects around it that are not written yet, by their defaults: `{ "type": "adam", … }`. */
  wrap(value: unknown): unknown;
}

/** The innermost written object that a path leads into, and what to put there. */
export function placeToWrite(root: unknown, path: readonly string[]): Home | undefined {
  let object = root;
  for (const [depth, key] of path.entries()) {
    if (!isObject(object)) return undefined;
    const isThere = Object.hasOwn(object, key);
    if (depth === path.length - 1 || !isThere) return missingHome(object, root, path, depth);
    object = object[key];
  }
  return undefined;
}

function missingHome(
  object: Record<string, unknown>,
  root: unknown,
  path: readonly string[],
  depth: number,
): Home | undefined {
  const around: [object: Record<string, unknown>, key: string][] = [];
  for (let at = depth + 1; at < path.length; at++) {
    const standard = defaultAt(path.slice(0, at), root);
    if (!isObject(standard)) return undefined;
    around.push([standard, path[at]!]);
  }
  const wrap = (value: unknown) =>
    around.reduceRight<unknown>((inner, [standard, key]) => ({ ...standard, [key]: inner }), value);
  return { object, path: path.slice(0, depth), key: path[depth]!, wrap };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
