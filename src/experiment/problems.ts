import { formatPlace, type Place } from '../protocol/human-error';

/** A stretch of a file: lines and columns count from 1, and the end is exclusive, as in editors. */
export type ProblemPlace = Place & { endLine?: number; endColumn?: number };

/** Something wrong (or doubtful) in an experiment file. */
export interface Problem {
  severity: 'error' | 'warning';
  /** What is wrong, as one or two sentences. */
  message: string;
  /** How to mend it. */
  hint?: string;
  place: ProblemPlace;
  /** The keys and list positions that lead to the value, from the top: `['model', 'layers']`. */
  path: (string | number)[];
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
