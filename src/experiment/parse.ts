import { basename } from 'node:path';
import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
import type { Place } from '../protocol/human-error';
import { explainIssue } from './explain';
import { indexLines } from './line-index';
import type { Finding, Path, Problem } from './problems';
import { brokenRules } from './rules';
import { type Experiment, experimentSchema } from './schema';
import { parseSyntax } from './syntax';

export interface ParsedExperiment {
  /** With every default spelt out; absent where a problem is an error. */
  experiment?: Experiment;
  /** Errors and warnings, in the order of the file. */
  problems: Problem[];
}

/**
 * Reads the text of an experiment file: JSON with comments and trailing commas. Never throws: all that
 * is wrong is in `problems`, each with its line and column.
 *
 * @param file its path, for the places of problems and for the experiment's name where it has none
 */
export function parseExperiment(text: string, file: string): ParsedExperiment {
  // Editors don't show a byte-order mark, so it must not count as a column either.
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = indexLines(source);
  const place = (offset: number, length: number) => {
    // The scanner steps over the end of the text where a comment is cut off there.
    const end = lines.at(Math.min(offset + length, source.length));
    return { file, ...lines.at(offset), endLine: end.line, endColumn: end.column };
  };

  const { tree, problems: mistakes } = parseSyntax(source);
  const problems: Problem[] = mistakes.map(({ offset, length, ...mistake }) => ({
    severity: 'error',
    ...mistake,
    place: place(offset, length),
  }));
  if (!tree) return { problems: firstOfEachLine(problems) };

  const { experiment, findings } = check(tree, file);
  for (const { atKey, ...finding } of findings) {
    problems.push({ ...finding, place: place(...stretchOf(tree, finding.path, atKey === true)) });
  }
  problems.sort((a, b) => a.place.line! - b.place.line! || a.place.column! - b.place.column!);
  const failed = problems.some(({ severity }) => severity === 'error');
  return experiment && !failed ? { experiment, problems } : { problems };
}

/** Where an option is written; for one that is left at its default, the object that would hold it. */
export function placeOfOption(text: string, file: string, path: Path): Place {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { tree } = parseSyntax(source);
  if (!tree) return { file };
  const [offset] = stretchOf(tree, path, true);
  return { file, ...indexLines(source).at(offset) };
}

/** The experiment as a run folder records it; `parseExperiment` reads it back as it was. */
export function resolvedToJson(experiment: Experiment): string {
  return `${JSON.stringify(experiment, null, 2)}\n`;
}

function check(tree: Node, file: string): { experiment?: Experiment; findings: Finding[] } {
  const value: unknown = getNodeValue(tree);
  const result = experimentSchema.safeParse(value);
  if (!result.success) {
    return { findings: result.error.issues.flatMap((issue) => explainIssue(issue, value)) };
  }
  const { $schema: _, name = nameFromFile(file), ...rest } = result.data;
  const experiment = { name, ...rest };
  return { experiment, findings: brokenRules(experiment) };
}

function nameFromFile(file: string): string {
  return basename(file).replace(/(\.textclf)?\.jsonc?$/i, '') || 'experiment';
}

/** Where a path is written, as offset and length. */
function stretchOf(tree: Node, path: Path, atKey: boolean): [offset: number, length: number] {
  const node = findNodeAtLocation(tree, path);
  if (node) {
    const shown = atKey ? (node.parent?.children?.[0] ?? node) : node;
    return [shown.offset, shown.length];
  }
  // What is missing has no place: the opening brace of the object that lacks it stands for it.
  const [offset] = path.length > 0 ? stretchOf(tree, path.slice(0, -1), false) : [tree.offset];
  return [offset, 1];
}

/** One slip makes a parser stumble over the rest of its line: only the first message is of use. */
function firstOfEachLine(problems: Problem[]): Problem[] {
  const seen = new Set<number | undefined>();
  return problems.filter(({ place: { line } }) => !seen.has(line) && seen.add(line));
}
