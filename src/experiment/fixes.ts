/** Turns remedies into edits of the experiment file's text, which leave all else in it as it is. */
import { createScanner, findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
import { quoteName } from '../protocol/did-you-mean';
import type { ExperimentFix } from '../protocol/helper';
import type { Path, Problem, Remedy } from './problems';
import { parseSyntax } from './syntax';

export type TextEdit = ExperimentFix['edits'][number];

/** More would be a list to read, not a fix to choose. */
const mostFixes = 8;

/**
 * How each problem can be mended, best first.
 *
 * @param text that the problems were found in
 */
export function fixesOf(text: string, problems: readonly Problem[]): ExperimentFix[][] {
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  const source = text.slice(mark);
  const { tree } = parseSyntax(source);
  return problems.map(({ remedies = [], path }) => {
    if (!tree) return [];
    const fixes = remedies.flatMap((remedy) => fix({ source, tree }, path, remedy));
    return fixes.slice(0, mostFixes).map(({ title, edits }) => ({
      title,
      edits: edits.map((edit) => ({ ...edit, offset: edit.offset + mark })),
    }));
  });
}

interface Document {
  source: string;
  tree: Node;
}

type Fixers = {
  [Type in Remedy['type']]: (
    document: Document,
    path: Path,
    remedy: Extract<Remedy, { type: Type }>,
  ) => ExperimentFix[];
};

const fixers: Fixers = {
  rename({ tree }, path, { names }) {
    const key = findNodeAtLocation(tree, path)?.parent?.children?.[0];
    if (!key) return [];
    return names.map((name) => ({ title: `Change to ${quoteName(name)}`, edits: [replacement(key, name)] }));
  },
  remove(document, problemPath, { path = problemPath }) {
    const value = findNodeAtLocation(document.tree, path);
    const entry = value?.parent?.type === 'property' ? value.parent : value;
    if (!entry?.parent) return [];
    return [{ title: `Remove ${quoteName(nameOf(entry))}`, edits: removal(document, entry) }];
  },
  set({ source, tree }, problemPath, { path = problemPath, values }) {
    const node = findNodeAtLocation(tree, path);
    return values.flatMap((value) => {
      if (node) return [{ title: `Change to ${shown(value)}`, edits: [replacement(node, value)] }];
      const edits = addition({ source, tree }, path, value);
      return edits.length > 0
        ? [{ title: `Add ${quoteName(String(path.at(-1)))}: ${shown(value)}`, edits }]
        : [];
    });
  },
  append({ source, tree }, _, { path, values }) {
    const list = findNodeAtLocation(tree, path);
    if (list?.type !== 'array') return [];
    return values.map((value) => ({
      title: `Add ${shown(value)} to ${quoteName(String(path.at(-1)))}`,
      edits: [insertion(source, list, written(value))],
    }));
  },
};

function fix(document: Document, path: Path, remedy: Remedy): ExperimentFix[] {
  const fixer = fixers[remedy.type] as (document: Document, path: Path, remedy: Remedy) => ExperimentFix[];
  return fixer(document, path, remedy);
}

function replacement(node: Node, value: unknown): TextEdit {
  return { offset: node.offset, length: node.length, text: written(value) };
}

/** Puts a value where nothing is written yet, inside the innermost object of its path that there is. */
function addition({ source, tree }: Document, path: Path, value: unknown): TextEdit[] {
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const home = depth === 0 ? tree : findNodeAtLocation(tree, path.slice(0, depth));
    if (!home) continue;
    if (home.type !== 'object') return [];
    const inside = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    return [insertion(source, home, `${written(path[depth])}: ${written(inside)}`)];
  }
  return [];
}

/** Adds to an object or a list, on a line of its own where the entry before it has one. */
function insertion(source: string, home: Node, text: string): TextEdit {
  const last = home.children?.at(-1);
  if (!last) {
    const padding = home.type === 'object' ? ' ' : '';
    const isBare = home.length === 2;
    return { offset: home.offset + 1, length: 0, text: `${padding}${text}${isBare ? padding : ''}` };
  }
  const [lineBreak] = /\r\n|\n|\r/.exec(source) ?? ['\n'];
  const indent = /(?:^|[\r\n])([ \t]*)$/.exec(source.slice(0, last.offset))?.[1];
  const separator = indent === undefined ? ', ' : `,${lineBreak}${indent}`;
  return { offset: last.offset + last.length, length: 0, text: separator + text };
}

/** Takes out an entry with the comma that it needs no more, and its lines where it has them to itself. */
function removal({ source }: Document, entry: Node): TextEdit[] {
  const siblings = entry.parent!.children!;
  const position = siblings.indexOf(entry);
  const end = entry.offset + entry.length;
  const before = siblings[position - 1];
  const commaAfter = findComma(source, end);
  if (commaAfter !== undefined) return [widened(source, entry.offset, commaAfter + 1)];
  const commaBefore = before && findComma(source, before.offset + before.length);
  const comma = commaBefore === undefined ? [] : [{ offset: commaBefore, length: 1, text: '' }];
  return [...comma, widened(source, entry.offset, end)];
}

/** The comma after an entry, if the next thing but comments is one. */
function findComma(source: string, from: number): number | undefined {
  const scanner = createScanner(source, true);
  scanner.setPosition(from);
  scanner.scan();
  return source[scanner.getTokenOffset()] === ',' ? scanner.getTokenOffset() : undefined;
}

/** The stretch with its whole lines where nothing else is on them, or else with the spaces on one side. */
function widened(source: string, start: number, end: number): TextEdit {
  const before = /[ \t]*$/.exec(source.slice(0, start))![0].length;
  const after = /^[ \t]*(\r\n|\n|\r)?/.exec(source.slice(end))!;
  const startsLine = start - before === 0 || /[\r\n]/.test(source[start - before - 1]!);
  const isAlone = startsLine && after[1] !== undefined;
  const from = startsLine && !isAlone ? start : start - before;
  const to = startsLine ? end + after[0].length : end;
  return { offset: from, length: to - from, text: '' };
}

function nameOf(entry: Node): string {
  const value: unknown = getNodeValue(entry.type === 'property' ? entry.children![0]! : entry);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** JSON on one line, as a person writes it. */
function written(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${written(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? quoteName(value) : written(value);
}
