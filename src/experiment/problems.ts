import { formatPlace, type Place } from '../protocol/human-error';

/** A stretch of a file: lines and columns count from 1, and the end is exclusive, as in editors. */
export type ProblemPlace = Place & { endLine?: number; endColumn?: number };

/** The keys and list positions that lead to a value, from the top: `['model', 'layers']`. */
export type Path = (string | number)[];

/** A way to mend a problem in the experiment file. Several values or names are several ways, best first. */
export type Remedy =
  /** Another name for the key at the problem's path. */
  | { type: 'rename'; names: readonly string[] }
  /** Takes out the key, or the list's entry, at the problem's path, or at `path`. */
  | { type: 'remove'; path?: Path }
  /** Another value at the problem's path, or at `path`; adds the keys that are not there. */
  | { type: 'set'; path?: Path; values: readonly unknown[] }
  /** One more entry of the list at `path`. */
  | { type: 'append'; path: Path; values: readonly unknown[] };

/** Something wrong (or doubtful) in an experiment file. */
export interface Problem {
  severity: 'error' | 'warning';
  /** What is wrong, as one or two sentences. */
  message: string;
  /** How to mend it. */
  hint?: string;
  place: ProblemPlace;
  path: Path;
  /** Best first. */
  remedies?: readonly Remedy[];
}

/** A problem before its place in the file is looked up. */
export interface Finding extends Omit<Problem, 'place'> {
  /** Whether the problem is the key at the end of the path, rather than its value. */
  atKey?: boolean;
}

/** A finding that may be in another file: in the data. */
export interface PlacedFinding extends Finding {
  place?: ProblemPlace;
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
