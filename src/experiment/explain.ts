/** Turns zod's issues into sentences: what is wrong, and how to mend it. */
import type * as z from 'zod';
import { didYouMean, nearestFirst, quoteName } from '../protocol/did-you-mean';
import { type JsonSchema, requiredKeys } from './json-schema';
import { knownDatasets } from './known-datasets';
import { knownEncoders } from './known-encoders';
import type { Finding, Path, Remedy } from './problems';
import { knownKeys, objectsWithKey, schemaAt, valueAt } from './schema-walk';

type Issue = z.core.$ZodIssue;

/** The findings of one issue; `root` is the value of the whole file. */
export function explainIssue(issue: Issue, root: unknown): Finding[] {
  return innermost(issue, []).flatMap(({ issue, path }) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, root));
    const absent = path.length > 0 && valueAt(path, root) === undefined;
    return [absent ? missing(path, root) : unfit(path, root)];
  });
}

/**
 * Inside a union, the issues that tell most: those of the alternative whose kind of value was
 * written. Where no alternative has that kind, the union itself.
 */
function innermost(issue: Issue, prefix: Path): { issue: Issue; path: Path }[] {
  const path = [...prefix, ...(issue.path as Path)];
  if (issue.code !== 'invalid_union') return [{ issue, path }];
  const fitting = issue.errors.find((branch) => branch.every((inner) => inner.path.length > 0));
  return fitting ? fitting.flatMap((inner) => innermost(inner, path)) : [{ issue, path }];
}

function unknownKey(key: string, parent: Path, root: unknown): Finding {
  const where = parent.length > 0 ? ` in ${nameOf(parent)}` : '';
  const written = Object.keys((valueAt(parent, root) ?? {}) as object);
  const free = knownKeys(parent, root).filter((known) => !written.includes(known));
  const meant = didYouMean(key, free);
  return {
    severity: 'error',
    message: `Unknown key ${quoteName(key)}${where}.`,
    hint: hintForKey(key, parent, free),
    path: [...parent, key],
    atKey: true,
    remedies: [
      ...(meant === undefined ? [] : [{ type: 'rename', names: [meant] } as const]),
      { type: 'remove' },
    ],
  };
}

function hintForKey(key: string, parent: Path, free: string[]): string {
  const homes = objectsWithKey(key).filter((home) => home !== '' && home !== parent.join('.'));
  if (homes.length > 0) return `${quoteName(key)} belongs in ${either(homes.map(quoteName))}.`;
  const meant = didYouMean(key, free);
  if (meant) return `Did you mean ${quoteName(meant)}?`;
  const useful = free.filter((known) => known !== '$schema');
  return useful.length > 0 ? `Remove it, or use ${either(useful.map(quoteName))}.` : 'Remove it.';
}

/** What is proposed for an option that can be any text and has no default. */
const proposals: Readonly<Record<string, readonly string[]>> = {
  'model.encoder': knownEncoders.slice(0, 3).map(({ name }) => name),
  'data.hub.dataset': knownDatasets.slice(0, 3).map(({ name }) => name),
};

function missing(path: Path, root: unknown): Finding {
  const nodes = schemaAt(path, root);
  const key = quoteName(String(path.at(-1)));
  const choice = nodes.flatMap(allowedTexts);
  const [proposed, ...others] = proposals[path.join('.')] ?? [];
  const values = proposed === undefined ? choice : [proposed, ...others];
  const shown = choice.length > 0 ? either(choice.map(quoteName)) : sample(nodes[0] ?? {});
  return {
    severity: 'error',
    message: `${nameOf(path)} is missing.`,
    hint: `Add ${key}: ${proposed === undefined ? shown : quoteName(proposed)}.`,
    path,
    ...(values.length > 0 ? { remedies: [{ type: 'set', values }] } : {}),
  };
}

function unfit(path: Path, root: unknown): Finding {
  const nodes = schemaAt(path, root);
  const value = valueAt(path, root);
  const expected = either(expectations(nodes, value));
  const hint = hintForValue(value, nodes);
  const values = fittingValues(value, nodes);
  return {
    severity: 'error',
    message: `${nameOf(path)} must be ${expected}, not ${describeValue(value)}.`,
    ...(hint ? { hint } : {}),
    path,
    ...(values.length > 0 ? { remedies: [{ type: 'set', values } satisfies Remedy] } : {}),
  };
}

/** What could stand there instead, nearest first. */
function fittingValues(value: unknown, nodes: JsonSchema[]): unknown[] {
  const texts = nodes.flatMap(allowedTexts);
  if (typeof value !== 'string') return wantsQuotes(value, nodes) ? [String(value)] : texts;
  const kind = kindOf(value, nodes);
  if (kind !== undefined) return [{ type: kind }];
  const bare = bareValue(value, nodes);
  return bare === undefined ? nearestFirst(value, texts) : [bare];
}

/** Whether a number or a truth value stands where any text may. */
function wantsQuotes(value: unknown, nodes: JsonSchema[]): boolean {
  if (typeof value !== 'number' && typeof value !== 'boolean') return false;
  const types = nodes.map((node) => node.type);
  const hasChoice = nodes.some((node) => allowedTexts(node).length > 0);
  return !hasChoice && types.includes('string') && !types.includes('number');
}

/** The `type` of an object that was written as a text: "adam" for { "type": "adam" }. */
function kindOf(value: string, nodes: JsonSchema[]): string | undefined {
  const kinds = nodes.flatMap((node) => allowedTexts(node.properties?.type ?? {}));
  return kinds.includes(value) ? value : didYouMean(value, kinds);
}

/** The number or truth value that was written as a text. */
function bareValue(value: string, nodes: JsonSchema[]): number | boolean | undefined {
  const types = nodes.map((node) => node.type);
  const isNumber = value.trim() !== '' && Number.isFinite(Number(value));
  if (isNumber && (types.includes('number') || types.includes('integer'))) return Number(value);
  return types.includes('boolean') && (value === 'true' || value === 'false') ? value === 'true' : undefined;
}

function hintForValue(value: unknown, nodes: JsonSchema[]): string | undefined {
  if (wantsQuotes(value, nodes)) return `If it is meant, put it in double quotes: "${value}".`;
  if (typeof value !== 'string') return undefined;
  const texts = nodes.flatMap(allowedTexts);
  const kind = kindOf(value, nodes);
  if (kind) return `Write { "type": ${quoteName(kind)} }.`;
  const meant = didYouMean(value, texts);
  if (meant) return `Did you mean ${quoteName(meant)}?`;
  return bareValue(value, nodes) !== undefined ? `Write it without the quotes: ${value}.` : undefined;
}

/** More words than this nobody reads: those nearest to what was written stand for them. */
const mostWords = 8;

/** What the schema accepts, a phrase for each alternative. */
function expectations(nodes: JsonSchema[], value: unknown): string[] {
  const texts = nodes.flatMap(allowedTexts);
  const others = nodes.filter((node) => allowedTexts(node).length === 0).map(expectation);
  if (texts.length <= mostWords) return [...texts.map(quoteName), ...others];
  const nearest = nearestFirst(typeof value === 'string' ? value : '', texts).slice(0, mostWords / 2);
  return [...nearest.map(quoteName), `one of ${texts.length - nearest.length} other words`, ...others];
}

function expectation(node: JsonSchema): string {
  switch (node.type) {
    case 'integer':
      return `a whole number${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return node.pattern ? 'a text that is not empty' : 'a text';
    case 'array':
      return listExpectation(node);
    case 'null':
      return 'null';
    default:
      return 'an object { … }';
  }
}

function listExpectation({ items, minItems = 0 }: JsonSchema): string {
  if (Array.isArray(items)) return `a list of ${items.length} ${nounOf(items[0])}s`;
  const noun = nounOf(items);
  return `a list of ${minItems > 0 ? `at least ${minItems} ` : ''}${minItems === 1 ? noun : `${noun}s`}`;
}

const nouns: Record<string, string> = { string: 'text', integer: 'whole number', number: 'number' };

function nounOf(item: JsonSchema | undefined): string {
  return nouns[item?.type ?? ''] ?? 'value';
}

function range(node: JsonSchema): string {
  const limits = [
    node.minimum === undefined ? [] : `at least ${node.minimum}`,
    node.exclusiveMinimum === undefined ? [] : `above ${node.exclusiveMinimum}`,
    node.maximum === undefined ? [] : `at most ${node.maximum}`,
    node.exclusiveMaximum === undefined ? [] : `below ${node.exclusiveMaximum}`,
  ].flat();
  return limits.length > 0 ? ` that is ${limits.join(' and ')}` : '';
}

function allowedTexts(node: JsonSchema): string[] {
  return node.enum ?? (node.const === undefined ? [] : [node.const]);
}

/** The least that could stand for a missing value, as it would be written. */
function sample(node: JsonSchema): string {
  const [text] = allowedTexts(node);
  if (text !== undefined) return quoteName(text);
  if (!node.properties) return '"…"';
  const inside = requiredKeys(node).map((key) => `${quoteName(key)}: ${sampleOf(node.properties?.[key])}`);
  return `{ ${inside.join(', ')} }`;
}

function sampleOf(node: JsonSchema | undefined): string {
  return sample((node?.anyOf ?? node?.oneOf)?.[0] ?? node ?? {});
}

function nameOf(path: Path): string {
  const name = path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text ? `${text}.${step}` : step;
  }, '');
  return name ? `"${name}"` : 'The experiment';
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? `a list of ${value.length}` : 'an empty list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number too large to compute with';
  return typeof value === 'string' ? quoteName(value) : String(value);
}

function either(phrases: string[]): string {
  const unique = [...new Set(phrases)];
  const last = unique.pop() ?? 'something else';
  return unique.length > 0 ? `${unique.join(', ')} or ${last}` : last;
}
