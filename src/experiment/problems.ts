import { formatPlace, type Place } from '../protocol/human-error';

/** A stretch of a file: lines and columns count from 1, and the end is exclusive, as in editors. */
export type ProblemPlace = Place & { endLine?: number; endColumn?: number };

/** The keys and list positions that lead to a value, from the top: `['model', 'layers']`. */
export type Path = (string | number)[];

/** Something wrong (or doubtful) in an experiment file. */
export interface Problem {
  severity: 'error' | 'warning';
  /** What is wrong, as one or two sentences. */
  message: string;
  /** How to mend it. */
  hint?: string;
  place: ProblemPlace;
  path: Path;
}

/** A problem before its place in the file is looked up. */
export interface Finding extends Omit<Problem, 'place'> {
  /** Whether the problem is the key at the end of the path, rather than its value. */
  atKey?: boolean;
}

/** One problem a paragraph, `file:line:column: severity: message`, with its hint indented below. */
export function describeProblems(problems: Problem[]): string {
  return problems
    .map(({ severity, message, hint, place }) => {
      const headline = `${formatPlace(place)}: ${severity}: ${message}`;
      return hint ? `${headline}\n  ${hint}` : headline;
    })
    .join('\n');
}
