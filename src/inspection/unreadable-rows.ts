import type { OnProblem } from '../data/row-problems';
import type { Dataset } from '../data/rows';
import { countOf } from '../protocol/count';
import type { Split } from '../protocol/events';
import { type DataFinding, type FindingRow, mostFindingRows } from '../protocol/inspection';

type Problem = Parameters<OnProblem>[0];

/** Rows that reading leaves out: training refuses them. */
export class UnreadableRows {
  readonly #first: Problem[] = [];
  #count = 0;

  readonly add: OnProblem = (problem) => {
    this.#count++;
    if (this.#first.length < mostFindingRows) this.#first.push(problem);
  };

  /** @param dataset the rows that could be read: where they are says which part the others are of */
  found(dataset: Dataset): { finding: DataFinding; rows: FindingRow[] }[] {
    if (this.#count === 0) return [];
    const held = (['validation', 'test'] as const).map(
      (part) => [part, new Set(dataset[part].map(({ file }) => file))] as const,
    );
    const trained = new Set(dataset.train.map(({ file }) => file));
    const partOf = (file: string): Split =>
      trained.has(file) ? 'train' : (held.find(([, files]) => files.has(file))?.[0] ?? 'train');
    return [
      {
        finding: {
          kind: 'unreadable',
          severity: 'error',
          title: `${countOf(this.#count, 'row')} cannot be used: ${this.#first[0]!.message}${this.#count > 1 ? ', …' : ''}`,
          hint: `Training refuses them. ${this.#first[0]!.hint}`,
          rows: this.#count,
        },
        rows: this.#first.map(({ file, line, message }) => ({
          part: partOf(file),
          ...{ file, line, label: '', text: '', note: message },
        })),
      },
    ];
  }
}
