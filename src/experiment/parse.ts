import { basename } from 'node:path';
import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
import type { Place } from '../protocol/human-error';
import { indexLines, type LineIndex } from './line-index';
import type { Path, PlacedFinding, Problem, ProblemPlace } from './problems';
import { type Resolved, resolveExperiment } from './resolve';
import type { Experiment } from './schema';
import { searchFindings } from './search-space';
import { parseSyntax, withoutMark } from './syntax';

export interface ParsedExperiment {
  /** With every default spelt out; absent where a problem is an error. */
  experiment?: Experiment;
  /** The value of the text, where it is JSON. */
  written?: unknown;
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
  const source = withoutMark(text);
  const lines = indexLines(source);

  const { tree, problems: mistakes } = parseSyntax(source);
  const problems: Problem[] = mistakes.map(({ offset, length, ...mistake }) => ({
    severity: 'error',
    ...mistake,
    // The scanner steps over the end of the text where a comment is cut off there.
    place: placeOf(lines, file, [offset, Math.min(length, source.length - offset)]),
  }));
  if (!tree) return { problems: firstOfEachLine(problems) };

  const { written, experiment, findings } = check(tree, file);
  for (const { atKey, ...finding } of findings) {
    problems.push({ ...finding, place: placeOf(lines, file, stretchOf(tree, finding.path, atKey === true)) });
  }
  problems.sort((a, b) => a.place.line! - b.place.line! || a.place.column! - b.place.column!);
  const failed = problems.some(({ severity }) => severity === 'error');
  return experiment && !failed ? { experiment, written, problems } : { written, problems };
}

/**
 * Findings about an experiment with their places in its text; those that have a place of their own, in a data
 * file, keep it.
 *
 * @param text of the experiment file, which must be valid JSON
 */
export function placeFindings(text: string, file: string, findings: readonly PlacedFinding[]): Problem[] {
  const source = withoutMark(text);
  const { tree } = parseSyntax(source);
  const lines = indexLines(source);
  return findings.map(({ atKey, place, ...finding }) => ({
    ...finding,
    place: place ?? (tree ? placeOf(lines, file, stretchOf(tree, finding.path, atKey === true)) : { file }),
  }));
}

/** Where an option is written; for one that is left at its default, the object that would hold it. */
export function placeOfOption(text: string, file: string, path: Path): Place {
  const source = withoutMark(text);
  const { tree } = parseSyntax(source);
  if (!tree) return { file };
  const [offset] = stretchOf(tree, path, false);
  return { file, ...indexLines(source).at(offset) };
}

/** The experiment as a run folder records it; `parseExperiment` reads it back as it was. */
export function resolvedToJson(experiment: Experiment): string {
  const { validation, ...data } = experiment.data;
  // Where the Hub's split is what each epoch is judged on, the default of `validation` plays no part.
  const played = data.hub?.validation === undefined ? experiment : { ...experiment, data };
  return `${JSON.stringify(played, null, 2)}\n`;
}

function check(tree: Node, file: string): Resolved & { written: unknown } {
  const written: unknown = getNodeValue(tree);
  const { experiment, findings } = resolveExperiment(written, nameFromFile(file));
  if (!experiment) return { written, findings };
  const isSound = findings.every(({ severity }) => severity !== 'error');
  const ofSearch = isSound && experiment.search ? searchFindings(written, experiment) : [];
  return { written, experiment, findings: [...findings, ...ofSearch] };
}

function nameFromFile(file: string): string {
  return basename(file).replace(/(\.textclf)?\.jsonc?$/i, '') || 'experiment';
}

type Stretch = [offset: number, length: number];

function placeOf(lines: LineIndex, file: string, [offset, length]: Stretch): ProblemPlace {
  const end = lines.at(offset + length);
  return { file, ...lines.at(offset), endLine: end.line, endColumn: end.column };
}

/** Where a path is written. */
function stretchOf(tree: Node, path: Path, atKey: boolean): Stretch {
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
