import { html } from 'lit';
import type { LabelSorting, RunState } from '../../src/protocol/dashboard';
import type { LabelIssue, LabelIssueColumn, LabelSummary } from '../../src/protocol/label-issues';
import { count, countOf, percent } from '../format';
import { type Page, rowsAtATime } from '../page';
import type { LabelList } from '../state';
import { nothing, Part, type Template } from './part';
import { place } from './place';
import { type SortableColumn, sortableHead } from './sortable';
import { label } from './text';

/** The likeliest first. */
export const likeliestFirst: LabelSorting = { column: 'score', descending: false };

const columns: readonly SortableColumn<LabelIssueColumn>[] = [
  { column: 'label', name: 'Label', isNumber: false },
  { column: 'suggested', name: 'More likely', isNumber: false },
  {
    column: 'score',
    name: 'Probability',
    title: 'What the model gives the label that is more likely; sorted by how far it is ahead',
    isNumber: true,
  },
  { column: 'place', name: 'Row', isNumber: false },
];

/** The rows that look mislabelled; each leads to its line in the data file. */
class Labels extends Part {
  static override properties = {
    list: { attribute: false },
    summary: { attribute: false },
    page: { attribute: false },
  };
  declare list: LabelList | null;
  declare summary: LabelSummary;
  declare page: Page;

  protected override firstUpdated(): void {
    if (!this.list && this.summary.issues > 0) this.page.listLabels(likeliestFirst);
  }

  override render(): Template {
    const { summary, list } = this;
    return html`<section class="labels" aria-labelledby="labels-heading">
      <div class="section-head">
        <h2 id="labels-heading">Labels that look wrong</h2>
        <span class="muted" role="status">${count(list?.total ?? summary.issues)} of ${countOf(summary.rows, 'row')}</span>
      </div>
      ${explanation(summary)}
      ${list?.refused ? html`<p class="empty" role="alert"><bdi>${list.refused}</bdi></p>` : nothing}
      ${summary.issues === 0 ? html`<p class="empty">No label looks wrong.</p>` : list && this.#list(list)}
    </section>`;
  }

  #list(list: LabelList): Template {
    const { issues, total, request, sorting } = list;
    if (total === null) return request === null ? nothing : html`<p class="empty">Looking for them…</p>`;
    if (total === 0) return html`<p class="empty">None is left: each was called right.</p>`;
    const left = total - issues.length;
    return html`<div class="scroll label-issues" tabindex="0" role="region" aria-label="Rows that look mislabelled">
        <table>
          <caption class="hidden-caption">Rows that look mislabelled</caption>
          <thead><tr>
            ${columns.map((column) => sortableHead(column, sorting, (next) => this.page.listLabels(next ?? likeliestFirst)))}
            <th scope="col">Text</th>
          </tr></thead>
          <tbody>${issues.map((issue, i) => this.#row(issue, `label-text-${i}`))}</tbody>
        </table>
      </div>
      ${
        left > 0
          ? html`<vscode-button class="more" secondary ?disabled=${request !== null} @click=${() => this.page.moreLabels()}>Show ${count(Math.min(left, rowsAtATime))} more</vscode-button>`
          : nothing
      }`;
  }

  #row({ labels, suggested, suggestedProbability, file, line, text }: LabelIssue, textId: string): Template {
    return html`<tr>
      <td>${names(labels)}</td>
      <td><b>${names(suggested)}</b></td>
      <td class="number">${percent(suggestedProbability)}</td>
      <td class="nowrap">${place(file, line, this.page, textId)}</td>
      <td id=${textId}><textclf-long-text .text=${text}></textclf-long-text></td>
    </tr>`;
  }
}

function names(labels: readonly string[]): Template {
  if (labels.length === 0) return html`<span class="muted">none</span>`;
  return html`${labels.map((name, i) => html`${i > 0 ? ', ' : nothing}${label(name)}`)}`;
}

/**
 * How many of the first hundred had been flipped where 5 % of SST-2's labels were (test/bench/README.md): by five folds
 * of simple models 60 to 64, by a fifth of the rows held back 33 to 52.
 */
const rightOfFirst: Record<LabelSummary['by'], string> = {
  folds: 'of the first hundred six in ten',
  validation: 'of the first hundred a third to a half',
};

/** Who judged, and how far that can be trusted. */
function explanation({ by, rows, wrongShare, issues }: LabelSummary): Template {
  const judged =
    by === 'folds'
      ? 'Every training row was judged by a model that had not been trained on it.'
      : html`Only the ${countOf(rows, 'validation row')} were judged. With <code>"validation": { "folds": 5 }</code> every training row is.`;
  const advice = `Look at the first ones yourself: a model doubts what it has not understood, too. Where 5 % of the labels of film reviews had been flipped, a fifth to a third of the doubted rows were wrong, ${rightOfFirst[by]}. In the data file the quick fix of a row writes the other label, or keeps the one that it has.`;
  return html`<p class="muted labels-hint">${judged}
    ${issues > 0 ? html`About ${percent(wrongShare)} of all labels are wrong, by its estimate, which is too high where the model is often wrong. ${advice}` : nothing}</p>`;
}

export function labelsTab({ labels }: RunState, list: LabelList | null, page: Page): Template {
  return labels
    ? html`<textclf-labels .summary=${labels} .list=${list} .page=${page}></textclf-labels>`
    : nothing;
}

export function defineLabels(): void {
  customElements.define('textclf-labels', Labels);
}
