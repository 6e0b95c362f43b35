import { html } from 'lit';
import type { DataFinding, FindingRow } from '../../src/protocol/inspection';
import { count, countOf } from '../format';
import { type Page, rowsAtATime, splitNames } from '../page';
import type { FindingRows } from '../state';
import { nothing, Part, type Template } from './part';
import { place } from './place';
import { label } from './text';

const icons = { error: 'error', warning: 'warning', info: 'info' } as const;

/** Something that looks wrong, with the rows that it is about on demand. */
class Finding extends Part {
  static override properties = {
    finding: { attribute: false },
    index: { attribute: false },
    list: { attribute: false },
    page: { attribute: false },
    isOpen: { state: true },
  };
  declare finding: DataFinding;
  declare index: number;
  declare list: FindingRows | null;
  declare page: Page;
  declare isOpen: boolean;

  constructor() {
    super();
    this.isOpen = false;
  }

  override render(): Template {
    const { title, hint, rows, severity } = this.finding;
    const head = html`<vscode-icon class="severity" name=${icons[severity]}></vscode-icon><span class="hidden-text">${severity}: </span><bdi class="finding-title">${title}</bdi>`;
    const rowsId = `finding-rows-${this.index}`;
    return html`
      ${
        rows === 0
          ? html`<div class="finding-head">${head}</div>`
          : html`<button class="finding-head" aria-expanded=${this.isOpen} aria-controls=${rowsId} @click=${this.#toggle}>
            ${head}<span class="finding-count">${countOf(rows, 'row')}<vscode-icon name=${this.isOpen ? 'chevron-up' : 'chevron-down'}></vscode-icon></span>
          </button>`
      }
      <p class=${rows > 0 && !this.isOpen ? 'finding-hint short' : 'finding-hint'} title=${rows > 0 && !this.isOpen ? hint : nothing}><bdi>${hint}</bdi></p>
      ${rows === 0 ? nothing : html`<div id=${rowsId}>${this.isOpen ? this.#rows() : nothing}</div>`}
    `;
  }

  #toggle = () => {
    this.isOpen = !this.isOpen;
    if (this.isOpen && !this.list) this.page.listFindingRows(this.index);
  };

  #rows(): Template {
    const { list } = this;
    if (!list || list.total === null) return html`<p class="empty">Looking for them…</p>`;
    const { rows, total, request } = list;
    const left = list.total - rows.length;
    return html`<ol class="row-list finding-rows" tabindex="0" role="group" aria-label=${this.finding.title}>
        ${rows.map((row, i) => this.#row(row, i, rows[i - 1]))}
      </ol>
      ${
        left > 0
          ? html`<vscode-button class="more" secondary ?disabled=${request !== null} @click=${() => this.page.listFindingRows(this.index)}>Show ${count(Math.min(left, rowsAtATime))} more</vscode-button>`
          : nothing
      }
      ${
        left <= 0 && list.total < this.finding.rows
          ? html`<p class="muted hint">These are the first ${count(total)} of ${countOf(this.finding.rows, 'row')}.</p>`
          : nothing
      }`;
  }

  #row(row: FindingRow, i: number, before: FindingRow | undefined): Template {
    const { file, line, part, note, group } = row;
    const textId = `finding-${this.index}-text-${i}`;
    const isWithBefore = group !== undefined && before?.group === group;
    // Copies are shown once; their places are what differs.
    const isCopy = isWithBefore && before.text === row.text;
    return html`<li class=${`${group === undefined ? '' : 'grouped'} ${isWithBefore ? 'with-before' : ''}`}>
      <div class="row-head">
        <span class="part-name">${splitNames[part].toLowerCase()}</span>
        ${label(row.label)}
        ${note ? html`<span class="muted"><bdi>${note}</bdi></span>` : nothing}
        <span class="place">${place(file, line, this.page, isCopy ? undefined : textId)}</span>
      </div>
      ${isCopy ? nothing : html`<div class="row-text" id=${textId} @click=${() => this.page.openRow(file, line)}>${text(row.text)}</div>`}
    </li>`;
  }
}

function text(value: string): Template {
  if (value.trim() !== '') return html`<textclf-long-text .text=${value}></textclf-long-text>`;
  return html`<span class="muted">(${value === '' ? 'empty' : 'nothing but spaces'})</span>`;
}

export function defineFinding(): void {
  customElements.define('textclf-finding', Finding);
}
