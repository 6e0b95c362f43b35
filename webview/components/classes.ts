import { html } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { RowFilter, ShownEvaluation } from '../../src/protocol/dashboard';
import type { ClassScores } from '../../src/protocol/events';
import { metricMeanings } from '../../src/protocol/metrics';
import { type ClassColumn, type Sorting, sortClasses } from '../confusions';
import { count, decimal, percent } from '../format';
import type { Page } from '../page';
import { revealRows } from './matrix';
import { Part, type Template } from './part';
import { sortableHead } from './sortable';
import { label } from './text';

const columns: readonly {
  column: Exclude<ClassColumn, 'label'>;
  name: string;
  title?: string;
  write: (scores: ClassScores) => string;
  /** A column that is shown only where some class has a value there. */
  isOptional?: boolean;
}[] = [
  { column: 'precision', name: 'Precision', write: ({ precision }) => percent(precision) },
  { column: 'recall', name: 'Recall', write: ({ recall }) => percent(recall) },
  { column: 'f1', name: 'F1', write: ({ f1 }) => percent(f1) },
  {
    ...{ column: 'rocAuc', name: 'ROC AUC', title: metricMeanings.rocAuc, isOptional: true },
    write: ({ rocAuc }) => decimal(rocAuc),
  },
  {
    ...{ column: 'prAuc', name: 'PR AUC', title: metricMeanings.prAuc, isOptional: true },
    write: ({ prAuc }) => decimal(prAuc),
  },
  {
    ...{ column: 'threshold', name: 'Threshold', isOptional: true },
    title: 'From this probability on the class is given; chosen on the validation rows.',
    write: ({ threshold }) => decimal(threshold),
  },
  { column: 'support', name: 'Rows', write: ({ support }) => count(support) },
];

/** The scores of each class; a click on a column's head sorts, and one on a label of several a row lists its errors. */
class Classes extends Part {
  static override properties = {
    evaluation: { attribute: false },
    filter: { attribute: false },
    page: { attribute: false },
    sorting: { state: true },
  };
  declare evaluation: ShownEvaluation;
  declare filter: RowFilter;
  declare page: Page;
  declare sorting: Sorting | null;

  constructor() {
    super();
    this.sorting = null;
  }

  override render(): Template {
    const { classes, task } = this.evaluation;
    const isMulti = task === 'multi-label';
    const shown = columns.filter(
      ({ column, isOptional }) => !isOptional || classes.some((scores) => scores[column] != null),
    );
    const sort = (sorting: Sorting | null) => {
      this.sorting = sorting;
    };
    const heads = [{ column: 'label' as const, name: isMulti ? 'Label' : 'Class', isNumber: false }];
    return html`<section aria-labelledby="classes-heading">
      <h2 id="classes-heading">${isMulti ? 'Labels' : 'Classes'}</h2>
      ${isMulti ? html`<p class="muted hint">A label lists the texts that miss it or have it wrongly.</p>` : ''}
      <div class="scroll class-scores" tabindex="0" role="region" aria-labelledby="classes-heading">
        <table>
          <caption class="hidden-caption">Precision, recall, F1 and more of each ${isMulti ? 'label' : 'class'}</caption>
          <thead>
            <tr>
              ${heads.map((head) => sortableHead(head, this.sorting, sort))}
              ${shown.map((column) => sortableHead({ ...column, isNumber: true }, this.sorting, sort))}
            </tr>
          </thead>
          <tbody>
            ${sortClasses(classes, this.sorting).map(
              (
                scores,
              ) => html`<tr class=${classMap({ chosen: isMulti && this.filter.label === scores.label })}>
              <th scope="row">${isMulti ? this.#rowsOf(scores.label) : label(scores.label)}</th>
              ${shown.map(({ write }) => html`<td class="number">${write(scores)}</td>`)}
            </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }

  #rowsOf(name: string): Template {
    const isChosen = this.filter.label === name;
    return html`<button
      class="link"
      aria-pressed=${isChosen}
      @click=${() => {
        this.page.listRows(isChosen ? {} : { label: name });
        if (!isChosen) revealRows();
      }}
    >${label(name)}</button>`;
  }
}

export function defineClasses(): void {
  customElements.define('textclf-classes', Classes);
}
