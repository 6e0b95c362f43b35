import { html } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { LengthReport } from '../../src/protocol/inspection';
import { count, countOf, percent } from '../format';
import { cutPosition, tickPlaces } from '../histogram';
import type { Page } from '../page';
import { nothing, Part, type Template, vars } from './part';

/** What the person chose for it is kept under this. */
export const lengthsId = 'lengths';

type Bin = LengthReport['bins'][number];

/** How long the texts are, as a histogram with the mark after which they are cut, and as a table. */
class Lengths extends Part {
  static override properties = {
    lengths: { attribute: false },
    isTable: { attribute: false },
    page: { attribute: false },
    pointed: { state: true },
  };
  declare lengths: LengthReport;
  declare isTable: boolean;
  declare page: Page;
  /** The bin under the pointer. */
  declare pointed: number | null;

  constructor() {
    super();
    this.pointed = null;
  }

  override render(): Template {
    const { isTable } = this;
    return html`<section class="chart lengths" aria-labelledby="lengths-heading">
      <div class="chart-head">
        <h2 id="lengths-heading">Length of the texts</h2><span class="muted">in ${this.lengths.unit}, of training rows</span>
        <div class="tools">
          <vscode-toolbar-button
            icon=${isTable ? 'graph' : 'table'}
            title=${isTable ? 'Show as a chart' : 'Show as a table'}
            .label=${isTable ? 'Show the lengths as a chart' : 'Show the lengths as a table'}
            @click=${() => this.page.toggle('tables', lengthsId)}
          ></vscode-toolbar-button>
        </div>
      </div>
      ${isTable ? this.#table() : this.#histogram()}
      ${this.#facts()}
    </section>`;
  }

  #facts(): Template {
    const { median, p95, longest, maxLength, cutRows, cutShare, unit, bins } = this.lengths;
    const all = bins.reduce((sum, { rows }) => sum + rows, 0);
    return html`<dl class="lines">
      <dt>Median</dt><dd>${count(median)}</dd>
      <dt>95${'\u202f'}% up to</dt><dd>${count(p95)}</dd>
      <dt>Longest</dt><dd>${count(longest)}</dd>
      ${
        maxLength === null
          ? html`<dt>Cut</dt><dd>none: the model reads texts whole</dd>`
          : html`<dt>Cut after</dt><dd>${countOf(maxLength, unit.slice(0, -1), unit)}: ${
              cutRows === 0
                ? 'no text is that long'
                : `${countOf(cutRows, 'row')} (${percent(cutRows / Math.max(1, all))}), ${percent(cutShare)} of all ${unit}`
            }</dd>`
      }
    </dl>`;
  }

  #histogram(): Template {
    const { bins, maxLength, longest, cutRows } = this.lengths;
    const most = Math.max(1, ...bins.map(({ rows }) => rows));
    // Beyond the longest text there is nothing to cut, and no place for the mark.
    const cut = maxLength === null || cutRows === 0 ? null : cutPosition(bins, maxLength, longest);
    return html`<div class="histogram" role="img" aria-label=${this.#summary()}>
      <div class="histogram-bars" @pointermove=${this.#point} @pointerleave=${this.#leave}>
        ${bins.map(
          ({ from, rows }, i) =>
            html`<div class=${classMap({ 'histogram-bar': true, pointed: this.pointed === i, beyond: maxLength !== null && from >= maxLength, none: rows === 0 })} ${vars({ '--share': `${(100 * rows) / most}%` })}></div>`,
        )}
        ${
          cut === null
            ? nothing
            : html`<div class=${classMap({ 'cut-line': true, 'to-the-left': cut > 0.6 })} ${vars({ '--at': `${100 * cut}%` })}><span>cut after ${count(maxLength)}</span></div>`
        }
      </div>
      <div class="histogram-axis">
        ${tickPlaces(bins).map(({ value, at }) => html`<span ${vars({ '--at': `${100 * at}%` })}>${count(value)}</span>`)}
      </div>
      ${this.pointed === null ? nothing : this.#tooltip(this.pointed)}
    </div>`;
  }

  #tooltip(index: number): Template {
    const bin = this.lengths.bins[index]!;
    const at = (index + 0.5) / this.lengths.bins.length;
    return html`<div class=${classMap({ tooltip: true, 'of-bin': true, 'to-the-left': at > 0.5 })} ${vars({ '--at': `${100 * at}%` })}>
      <div class="tooltip-head">${this.#name(bin, index)} ${this.lengths.unit}</div>
      <div class="tooltip-line"><b>${countOf(bin.rows, 'row')}</b></div>
    </div>`;
  }

  #point = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const { length } = this.lengths.bins;
    const index = Math.floor(((event.clientX - box.left) / box.width) * length);
    this.pointed = Math.max(0, Math.min(length - 1, index));
  };

  #leave = () => {
    this.pointed = null;
  };

  /** For those who do not see it. */
  #summary(): string {
    const { median, p95, longest, unit } = this.lengths;
    return `Length of the texts in ${unit}: median ${median}, 95 % up to ${p95}, longest ${longest}. The table has all numbers.`;
  }

  /** `0 to 19`, `400 or more` */
  #name({ from, to }: Bin, index: number): string {
    if (index === this.lengths.bins.length - 1) return `${count(from)} or more`;
    return to - from === 1 ? count(from) : `${count(from)} to ${count(to - 1)}`;
  }

  #table(): Template {
    const { bins, unit } = this.lengths;
    const all = Math.max(
      1,
      bins.reduce((sum, { rows }) => sum + rows, 0),
    );
    return html`<div class="scroll chart-table" tabindex="0" role="region" aria-label="Length of the texts as a table">
      <table>
        <caption>Training rows by length</caption>
        <thead><tr><th scope="col">In ${unit}</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Share</th></tr></thead>
        <tbody>
          ${bins.map(
            (bin, i) =>
              html`<tr><th scope="row">${this.#name(bin, i)}</th><td class="number">${count(bin.rows)}</td><td class="number">${percent(bin.rows / all)}</td></tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

export function defineLengths(): void {
  customElements.define('textclf-lengths', Lengths);
}
