import { HumanError, type Place } from '../protocol/human-error';

export interface RowProblem {
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

const shownLines = 10;

/**
 * Collects what is wrong with single rows of a file, so that a person mends them all in one go: rows that
 * can't be used are reported, never dropped.
 */
export class RowProblems {
  #first: RowProblem | undefined;
  #lines: number[] = [];
  #count = 0;
  #labelProblems = 0;
  #columnProblems = 0;
  readonly #unlisted = new Map<string, number>();

  constructor(readonly file: string) {}

  add(problem: RowProblem): void {
    this.#first ??= problem;
    this.#count++;
    if (problem.columns) this.#columnProblems++;
    if (problem.unlisted !== undefined) {
      this.#labelProblems++;
      if (!this.#unlisted.has(problem.unlisted)) this.#unlisted.set(problem.unlisted, problem.line);
    }
    if (this.#lines.length < shownLines) this.#lines.push(problem.line);
  }

  /**
   * @param seen the labels of all other rows
   * @throws HumanError at the first problem's place, which counts the others and names their lines
   */
  throwIfAny(seen: ReadonlySet<string> = new Set()): void {
    if (!this.#first) return;
    const { line, message, hint, columns } = this.#first;
    if (columns && seen.size === 0 && this.#columnProblems === this.#count) {
      throw new MissingColumnError(message, { file: this.file, line }, hint, columns);
    }
    const more = this.#count > shownLines ? ', …' : '';
    const others =
      this.#count > 1
        ? ` (${this.#count} rows have something wrong: lines ${this.#lines.join(', ')}${more})`
        : '';
    const isLabelsOnly = this.#labelProblems === this.#count;
    throw new RowsError(message + others, this.#first, this.file, this.#unlisted, seen, isLabelsOnly);
  }
}
