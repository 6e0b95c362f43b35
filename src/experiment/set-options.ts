/** Options that a command line sets for one training: `--set training.epochs=3`. */
import { statSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { didYouMeanHint, nearestFirst, quoteName } from '../protocol/did-you-mean';
import { HumanError } from '../protocol/human-error';
import type { JsonSchema } from './json-schema';
import { knownVectors } from './known-vectors';
import { allOptions } from './options';
import type { Problem } from './problems';
import { parseSyntax, withoutMark } from './syntax';
import { withOption, withoutOption } from './write-option';

export interface OptionSetting {
  /** As it was written: `training.epochs=3`. */
  text: string;
  path: string[];
  /** Undefined takes the option out, so that its default holds. */
  value: unknown;
}

/**
 * Reads `option=value`: the option by its dotted path, the value as JSON or else as a text. Paths of files are those
 * from the folder that the command runs in, and become those that an experiment file would name.
 *
 * @param folder the experiment's
 * @throws HumanError for an option that there is not
 */
export function parseSetting(text: string, folder: string): OptionSetting {
  const end = text.indexOf('=');
  if (end <= 0) {
    throw new HumanError(`${quoteName(text)} sets no option.`, {
      hint: 'Write --set OPTION=VALUE, such as --set training.epochs=3. Without a value (training.epochs=) the option is taken out.',
    });
  }
  const option = text.slice(0, end).trim();
  const { path, nodes } = findOption(option);
  const written = text.slice(end + 1);
  if (written === '') return { text, path, value: undefined };
  return { text, path, value: localized(path, parseValue(written, nodes), folder) };
}

interface NamedOption {
  path: string[];
  /** What the schema says of its values; empty where anything may stand there. */
  nodes: readonly JsonSchema[];
}

function findOption(option: string): NamedOption {
  const all = allOptions();
  const known = all.get(option);
  if (known) return { path: option.split('.'), nodes: known.nodes };
  // A class's weight, an option of a search: the key may be any, with dots in it too.
  for (const [name, { nodes }] of all) {
    const isOpen = nodes.some(({ additionalProperties }) => typeof additionalProperties === 'object');
    if (isOpen && option.startsWith(`${name}.`))
      return { path: [...name.split('.'), option.slice(name.length + 1)], nodes: [] };
  }
  const names = [...all.keys()];
  const last = option.split('.').at(-1)!;
  const sameKey = nearestFirst(
    option,
    names.filter((name) => name.split('.').at(-1) === last),
  )[0];
  const hint = sameKey ? `Did you mean ${quoteName(sameKey)}? ` : didYouMeanHint(option, names);
  throw new HumanError(`--set: there is no option ${quoteName(option)}.`, {
    hint: `${hint}Options are named by their path: training.optimizer.learningRate.`,
  });
}

/** A number that stands where only a text may is one: `data.label=1`. */
function parseValue(written: string, nodes: readonly JsonSchema[]): unknown {
  try {
    const value: unknown = JSON.parse(written);
    const types = nodes.map(({ type }) => type);
    const takesTexts = types.includes('string');
    const takesValue = {
      number: types.includes('number') || types.includes('integer'),
      boolean: types.includes('boolean'),
    };
    if (takesTexts && typeof value === 'number') return takesValue.number ? value : written;
    if (takesTexts && typeof value === 'boolean') return takesValue.boolean ? value : written;
    return value;
  } catch {
    return written;
  }
}

/** Options that name files or folders, each with what tells a path from another name. */
const pathOptions: Readonly<Record<string, (text: string) => boolean>> = {
  'data.train': () => true,
  'data.validation': () => true,
  'data.test': () => true,
  'model.embedding.vectors': (text) => knownVectors(text) === undefined,
  'model.encoder': (text) => /^(?:\.{0,2}[/\\]|\.{1,2}$|[A-Za-z]:[/\\])/.test(text) || isFolder(text),
};

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A value with the paths in it as the experiment file would name them. */
function localized(path: readonly string[], value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((item) => localized(path, item, folder));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, inner]) => [key, localized([...path, key], inner, folder)]));
  }
  const isPath = pathOptions[path.join('.')];
  if (typeof value !== 'string' || !isPath?.(value)) return value;
  const local = relative(resolve(folder), resolve(value)).split(sep).join('/') || '.';
  // Never to be taken for a name on the Hub.
  return /^(?:\.{1,2}\/|\.{1,2}$|\/|[A-Za-z]:)/.test(local) ? local : `./${local}`;
}

/** Of which an experiment has one or the other: setting one takes out the other. */
const alternatives = [
  ['data.train', 'data.hub'],
  ['data.validation', 'data.hub.validation'],
  ['data.test', 'data.hub.test'],
] as const;

/**
 * The text of an experiment file with other values for some options. Its lines stay where they are, so that what is wrong
 * elsewhere in it is found there.
 *
 * @throws HumanError where there is no place for an option
 */
export function withSettings(text: string, settings: readonly OptionSetting[]): string {
  if (!parseSyntax(withoutMark(text)).tree) return text;
  const sets = (option: string) =>
    settings.some(({ path, value }) => value !== undefined && isWithin(path.join('.'), option));
  let result = text;
  for (const pair of alternatives) {
    const [first, second] = pair.map(sets);
    if (first !== second) result = withoutOption(result, pair[first ? 1 : 0].split('.'), { keepLines: true });
  }
  for (const setting of settings) result = withSetting(result, setting);
  return result;
}

function withSetting(text: string, { text: written, path, value }: OptionSetting): string {
  if (value === undefined) return withoutOption(text, path, { keepLines: true });
  for (let depth = path.length; depth > 0; depth--) {
    // What stands there may be no object, as the 0.2 of "validation" where { "folds": 5 } is to be.
    const inner = path.slice(depth).reduceRight<unknown>((inside, key) => ({ [key]: inside }), value);
    const next = withOption(text, path.slice(0, depth), inner, { keepLines: true });
    if (next !== undefined) return next;
  }
  throw new HumanError(`--set ${written}: the experiment is no object { … } to set an option in.`);
}

/** The problems with a word on what the command line set, where it is that which is wrong. */
export function tellSettings(problems: readonly Problem[], settings: readonly OptionSetting[]): Problem[] {
  return problems.map((problem) => {
    const at = problem.path.join('.');
    const setting = settings.findLast(({ path }) => isWithin(at, path.join('.')));
    if (!setting || at === '') return problem;
    return { ...problem, message: `${problem.message} (--set ${setting.text})` };
  });
}

/** Whether the option is the other one, or inside it. */
function isWithin(option: string, outer: string): boolean {
  return option === outer || option.startsWith(`${outer}.`);
}
