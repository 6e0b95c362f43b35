import { html } from 'lit';
import type { DataReport, PartReport } from '../../src/protocol/inspection';
import { count, countOf, percent } from '../format';
import { splitNames } from '../page';
import { Part, type Template, vars } from './part';
import { sortableHead } from './sortable';
import { label } from './text';

/** With more classes than this, the largest come first. */
const fewClasses = 12;

/** A part's place in the report, or the name. */
type Column = 'label' | `${number}`;

interface Sorting {
  column: Column;
  descending: boolean;
}

/** How many rows of each part have each class, as numbers and as bars; a click on a column's head sorts. */
class ClassCounts extends Part {
  static override properties = { report: { attribute: false }, sorting: { state: true } };
  declare report: DataReport;
  /** Undefined until the person sorts; null in the model's order. */
  declare sorting: Sorting | null | undefined;

  override render(): Template {
    const { parts, labels } = this.report;
    const first: Sorting | null = labels.length > fewClasses ? { column: '0', descending: true } : null;
    const sorting = this.sorting === undefined ? first : this.sorting;
    const sort = (next: Sorting | null) => {
      this.sorting = next;
    };
    // Of one scale, so that parts can be compared too.
    const shares = parts.flatMap((part) => part.counts.map((rows) => shareOf(rows, part)));
    const largest = Math.max(...shares, Number.MIN_VALUE);
    return html`<section aria-labelledby="class-counts-heading">
      <div class="section-head">
        <h2 id="class-counts-heading">Classes</h2><span class="muted">${countOf(labels.length, 'class', 'classes')}</span>
      </div>
      <div class="scroll class-scores" tabindex="0" role="region" aria-labelledby="class-counts-heading">
        <table class="class-counts">
          <caption class="hidden-caption">Rows of each class</caption>
          <thead>
            <tr>
              ${sortableHead({ column: 'label' as Column, name: 'Class', isNumber: false }, sorting, sort)}
              ${parts.map(({ part }, i) =>
                sortableHead(
                  {
                    column: `${i}` as Column,
                    name: splitNames[part],
                    isNumber: true,
                    startsDescending: true,
                  },
                  sorting,
                  sort,
                ),
              )}
            </tr>
          </thead>
          <tbody>
            ${orderOf(this.report, sorting).map(
              (i) => html`<tr>
              <th scope="row">${label(labels[i]!)}</th>
              ${parts.map((part) => countCell(part, part.counts[i] ?? 0, largest))}
            </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </section>`;
  }
}

function countCell(part: PartReport, rows: number, largest: number): Template {
  const share = shareOf(rows, part);
  return html`<td class="number count-cell">
    <span>${count(rows)}</span> <span class="muted share">${percent(share)}</span>
    <div class="bar" ${vars({ '--share': `${(100 * share) / largest}%` })}></div>
  </td>`;
}

/** Of several labels a row, more than all rows together. */
function shareOf(rows: number, part: PartReport): number {
  return part.rows > 0 ? rows / part.rows : 0;
}

/** The places of the classes in the order in which they are listed. Ties keep the model's. */
function orderOf({ labels, parts }: DataReport, sorting: Sorting | null): number[] {
  const order = labels.map((_, i) => i);
  if (!sorting) return order;
  const sign = sorting.descending ? -1 : 1;
  if (sorting.column === 'label') {
    return order.sort((a, b) => sign * labels[a]!.localeCompare(labels[b]!, 'en', { numeric: true }));
  }
  const counts = parts[Number(sorting.column)]?.counts ?? [];
  return order.sort((a, b) => sign * ((counts[a] ?? 0) - (counts[b] ?? 0)));
}

export function defineClassCounts(): void {
  customElements.define('textclf-class-counts', ClassCounts);
}
