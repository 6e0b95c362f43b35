import { HumanError } from '../protocol/human-error';

export interface RowProblem {
  line: number;
  column?: number;
  message: string;
  hint: string;
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

  constructor(readonly file: string) {}

  add(problem: RowProblem): void {
    this.#first ??= problem;
    this.#count++;
    if (this.#lines.length < shownLines) this.#lines.push(problem.line);
  }

  /** @throws HumanError at the first problem's place, which counts the others and names their lines */
  throwIfAny(): void {
    if (!this.#first) return;
    const { line, column, message, hint } = this.#first;
    const more = this.#count > shownLines ? ', …' : '';
    const others =
      this.#count > 1
        ? ` (${this.#count} rows have something wrong: lines ${this.#lines.join(', ')}${more})`
        : '';
    throw new HumanError(message + others, { place: { file: this.file, line, column }, hint });
  }
}
