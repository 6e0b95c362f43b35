import { html } from 'lit';
import type { EvaluatedRow, RowFilter, ShownEvaluation } from '../../src/protocol/dashboard';
import { count, countOf, percent } from '../format';
import { type Page, rowsAtATime } from '../page';
import type { RowList } from '../state';
import { nothing, Part, type Template } from './part';
import { label } from './text';

/** The wrongly classified texts, or those of a cell of the matrix; each leads to its line in the data file. */
class Rows extends Part {
  static override properties = {
    list: { attribute: false },
    evaluation: { attribute: false },
    page: { attribute: false },
  };
  declare list: RowList | null;
  declare evaluation: ShownEvaluation;
  declare page: Page;

  protected override firstUpdated(): void {
    if (!this.list) this.page.listRows(this.page.choices.filter);
  }

  override render(): Template {
    const { list } = this;
    const filter = list?.filter ?? {};
    return html`<section class="rows" aria-labelledby="rows-heading">
      <div class="section-head">
        <h2 id="rows-heading">${heading(filter)}</h2>
        <span class="muted" role="status">${list?.total == null ? nothing : this.#totals(list.total, filter)}</span>
      </div>
      ${isFiltered(filter) ? this.#filter(filter) : nothing}
      ${list?.refused ? html`<p class="empty" role="alert">${list.refused}</p>` : nothing}
      ${list ? this.#rows(list) : nothing}
    </section>`;
  }

  #totals(total: number, filter: RowFilter): string {
    return isFiltered(filter)
      ? countOf(total, 'row')
      : `${count(total)} of ${countOf(this.evaluation.rows, 'row')}`;
  }

  #filter({ truth = '', predicted = '', label: name }: RowFilter): Template {
    return html`<div class="filter">
      <span>${name === undefined ? html`truth ${label(truth)}, predicted ${label(predicted)}` : html`${label(name)} is missed or given wrongly`}</span>
      <vscode-button secondary icon="clear-all" @click=${() => this.page.listRows({})}>Clear filter</vscode-button>
    </div>`;
  }

  #rows(list: RowList): Template {
    const { rows, total, request } = list;
    if (rows.length === 0 && request !== null) return html`<p class="empty">Looking for them…</p>`;
    if (total === 0) {
      return html`<p class="empty">${isFiltered(list.filter) ? 'There are none.' : 'Every row was classified right.'}</p>`;
    }
    const left = (total ?? rows.length) - rows.length;
    return html`
      <ol class="row-list">
        ${rows.map((row, i) => this.#row(row, `row-text-${i}`))}
      </ol>
      ${
        left > 0
          ? html`<vscode-button class="more" secondary ?disabled=${request !== null} @click=${() => this.page.moreRows()}>Show ${count(Math.min(left, rowsAtATime))} more</vscode-button>`
          : nothing
      }
    `;
  }

  #row(row: EvaluatedRow, textId: string): Template {
    const { text, probability, file, line } = row;
    const open = () => this.page.openRow(file, line);
    return html`<li>
      <div class="row-head">
        ${verdict(row)}
        <span class="probability">${percent(probability)}</span>
        <a class="place" href="#" title="Open at this line" aria-describedby=${textId} @click=${(
          event: Event,
        ) => {
          event.preventDefault();
          open();
        }}><bdi>${file}:${line}</bdi></a>
      </div>
      <div class="row-text" id=${textId} @click=${open}><textclf-long-text .text=${text}></textclf-long-text></div>
    </li>`;
  }
}

/** What it is and what it was taken for; of several labels a row, which are right, missed and wrongly given. */
function verdict({ truth, predicted, labels }: EvaluatedRow): Template {
  if (!labels) {
    return html`<span class="pair">${label(truth)}<vscode-icon name="arrow-right" size="12"></vscode-icon><span class="hidden-text">taken for</span><b>${label(predicted)}</b></span>`;
  }
  const given = new Set(labels.predicted);
  const real = new Set(labels.truth);
  const marks: [kind: string, icon: string, words: string, names: string[]][] = [
    ['right', 'check', 'right', labels.truth.filter((name) => given.has(name))],
    ['missed', 'remove', 'missed', labels.truth.filter((name) => !given.has(name))],
    ['wrong', 'add', 'given wrongly', labels.predicted.filter((name) => !real.has(name))],
  ];
  return html`<span class="marks">
    ${marks.flatMap(([kind, icon, words, names]) =>
      names.map(
        (name) =>
          html`<span class=${`mark ${kind}`} title=${words}><vscode-icon name=${icon} size="12"></vscode-icon><span class="hidden-text">${words}: </span>${label(name)}</span>`,
      ),
    )}
    ${labels.truth.length === 0 && labels.predicted.length === 0 ? html`<span class="muted">no label, and none given</span>` : nothing}
  </span>`;
}

function isFiltered({ truth, predicted, label: name }: RowFilter): boolean {
  return truth !== undefined || predicted !== undefined || name !== undefined;
}

function heading({ label: name, ...cell }: RowFilter): string {
  if (name !== undefined) return 'Errors of the label';
  return isFiltered(cell) ? 'Texts of the cell' : 'Wrongly classified';
}

export function defineRows(): void {
  customElements.define('textclf-rows', Rows);
}
