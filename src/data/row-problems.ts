import { basename } from 'node:path';
import { HumanError, type Place } from '../protocol/human-error';

export interface RowProblem {
  /** Where the row stands, if not in the file that is read: a text of its own in a folder. */
  file?: string | undefined;
  line: number;
  column?: number;
  message: string;
  hint: string;
  /** A label that is not one of those allowed: the list may be what is wrong, not the row. */
  unlisted?: string;
  /** The columns that the row has, where one that is wanted is not among them. */
  columns?: readonly string[];
}

/** Thrown for rows that can't be used; its message is that of the first one. */
export class RowsError extends HumanError {
  constructor(
    message: string,
    { line, column, hint }: RowProblem,
    readonly file: string,
    /** The labels that are not allowed, each with the first line that it is on. */
    readonly unlisted: ReadonlyMap<string, number>,
    /** The labels of the rows that are fine. */
    readonly seen: ReadonlySet<string>,
    /** Whether nothing else is wrong. */
    readonly isLabelsOnly: boolean,
  ) {
    super(message, { place: { file, line, column }, hint });
  }
}

/** Thrown where no row has a column that is wanted. */
export class MissingColumnError extends HumanError {
  constructor(
    message: string,
    place: Place,
    hint: string,
    readonly columns: readonly string[],
  ) {
    super(message, { place, hint });
  }
}

const shownPlaces = 10;

/** Is told of each row that can't be used, with the file where it stands. */
export type OnProblem = (problem: RowProblem & { file: string }) => void;

/**
 * Collects what is wrong with single rows of a file, so that a person mends them all in one go: rows that
 * can't be used are reported, never dropped.
 */
export class RowProblems {
  #first: RowProblem | undefined;
  #places: string[] = [];
  #count = 0;
  #labelProblems = 0;
  #columnProblems = 0;
  readonly #unlisted = new Map<string, number>();

  /** @param onProblem is told of each row at once, instead of all of them being thrown at the end */
  constructor(
    readonly file: string,
    private readonly onProblem?: OnProblem,
  ) {}

  /** How many rows have something wrong. */
  get count(): number {
    return this.#count;
  }

  add(problem: RowProblem): void {
    this.#count++;
    if (this.onProblem) {
      this.onProblem({ ...problem, file: problem.file ?? this.file });
      return;
    }
    this.#first ??= problem;
    if (problem.columns) this.#columnProblems++;
    if (problem.unlisted !== undefined) {
      this.#labelProblems++;
      if (!this.#unlisted.has(problem.unlisted)) this.#unlisted.set(problem.unlisted, problem.line);
    }
    if (this.#places.length < shownPlaces) {
      this.#places.push(problem.file === undefined ? String(problem.line) : basename(problem.file));
    }
  }

  /**
   * @param seen the labels of all other rows
   * @throws HumanError at the first problem's place, which counts the others and names their lines or files
   */
  throwIfAny(seen: ReadonlySet<string> = new Set()): void {
    if (!this.#first) return;
    const { line, message, hint, columns } = this.#first;
    if (columns && seen.size === 0 && this.#columnProblems === this.#count) {
      throw new MissingColumnError(message, { file: this.file, line }, hint, columns);
    }
    const more = this.#count > shownPlaces ? ', …' : '';
    const where = `${this.#first.file === undefined ? 'lines' : 'files'} ${this.#places.join(', ')}${more}`;
    const others = this.#count > 1 ? ` (${this.#count} rows have something wrong: ${where})` : '';
    const isLabelsOnly = this.#labelProblems === this.#count;
    const file = this.#first.file ?? this.file;
    throw new RowsError(message + others, this.#first, file, this.#unlisted, seen, isLabelsOnly);
  }
}
