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
        <h2 id="rows-heading">${isCell(filter) ? 'Texts of the cell' : 'Wrongly classified'}</h2>
        <span class="muted" role="status">${list?.total == null ? nothing : this.#totals(list.total, filter)}</span>
      </div>
      ${isCell(filter) ? this.#filter(filter) : nothing}
      ${list?.refused ? html`<p class="empty" role="alert">${list.refused}</p>` : nothing}
      ${list ? this.#rows(list) : nothing}
    </section>`;
  }

  #totals(total: number, filter: RowFilter): string {
    return isCell(filter)
      ? countOf(total, 'row')
      : `${count(total)} of ${countOf(this.evaluation.rows, 'row')}`;
  }

  #filter({ truth = '', predicted = '' }: RowFilter): Template {
    return html`<div class="filter">
      <span>truth ${label(truth)}, predicted ${label(predicted)}</span>
      <vscode-button secondary icon="clear-all" @click=${() => this.page.listRows({})}>Clear filter</vscode-button>
    </div>`;
  }

  #rows(list: RowList): Template {
    const { rows, total, request } = list;
    if (rows.length === 0 && request !== null) return html`<p class="empty">Looking for them…</p>`;
    if (total === 0) {
      return html`<p class="empty">${isCell(list.filter) ? 'There are none.' : 'Every row was classified right.'}</p>`;
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
    const { text, truth, predicted, probability, file, line } = row;
    const open = () => this.page.openRow(file, line);
    return html`<li>
      <div class="row-head">
        <span class="pair">${label(truth)}<vscode-icon name="arrow-right" size="12"></vscode-icon><span class="hidden-text">taken for</span><b>${label(predicted)}</b></span>
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

function isCell(filter: RowFilter): boolean {
  return filter.truth !== undefined || filter.predicted !== undefined;
}

export function defineRows(): void {
  customElements.define('textclf-rows', Rows);
}
