import { html } from 'lit';
import type { ShownEvaluation } from '../../src/protocol/dashboard';
import { type ClassColumn, type Sorting, sortClasses } from '../confusions';
import { count, percent } from '../format';
import { nothing, Part, type Template } from './part';
import { label } from './text';

const columns: readonly { column: ClassColumn; name: string; isNumber: boolean }[] = [
  { column: 'label', name: 'Class', isNumber: false },
  { column: 'precision', name: 'Precision', isNumber: true },
  { column: 'recall', name: 'Recall', isNumber: true },
  { column: 'f1', name: 'F1', isNumber: true },
  { column: 'support', name: 'Rows', isNumber: true },
];

/** Precision, recall and F1 of each class; a click on a column's head sorts. */
class Classes extends Part {
  static override properties = { evaluation: { attribute: false }, sorting: { state: true } };
  declare evaluation: ShownEvaluation;
  declare sorting: Sorting | null;

  constructor() {
    super();
    this.sorting = null;
  }

  override render(): Template {
    return html`<section aria-labelledby="classes-heading">
      <h2 id="classes-heading">Classes</h2>
      <div class="scroll class-scores" tabindex="0" role="region" aria-labelledby="classes-heading">
        <table>
          <caption class="hidden-caption">Precision, recall and F1 of each class</caption>
          <thead><tr>${columns.map((column) => this.#head(column))}</tr></thead>
          <tbody>
            ${sortClasses(this.evaluation.classes, this.sorting).map(
              (scores) => html`<tr>
              <th scope="row">${label(scores.label)}</th>
              <td class="number">${percent(scores.precision)}</td>
              <td class="number">${percent(scores.recall)}</td>
              <td class="number">${percent(scores.f1)}</td>
              <td class="number">${count(scores.support)}</td>
            </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #head({ column, name, isNumber }: (typeof columns)[number]): Template {
    const isSorted = this.sorting?.column === column;
    const direction = !isSorted ? 'none' : this.sorting?.descending ? 'descending' : 'ascending';
    const icon =
      direction === 'none'
        ? nothing
        : html`<vscode-icon name=${direction === 'ascending' ? 'arrow-up' : 'arrow-down'} size="12"></vscode-icon>`;
    return html`<th scope="col" class=${isNumber ? 'number' : ''} aria-sort=${direction}>
      <button class="sort" @click=${() => this.#sort(column)}>${name}${icon}</button>
    </th>`;
  }

  /** The worst first, then the best first, then as the labels are. */
  #sort(column: ClassColumn): void {
    if (this.sorting?.column !== column) this.sorting = { column, descending: false };
    else this.sorting = this.sorting.descending ? null : { column, descending: true };
  }
}

export function defineClasses(): void {
  customElements.define('textclf-classes', Classes);
}
