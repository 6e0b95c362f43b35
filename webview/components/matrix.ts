import { html } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import type { RowFilter, ShownEvaluation } from '../../src/protocol/dashboard';
import { type Confusion, frequentConfusions, matrixClasses } from '../confusions';
import { count, countOf, percent } from '../format';
import type { Page } from '../page';
import { isCalm, nothing, Part, type Template, vars } from './part';
import { label } from './text';

/** So many confusions are listed beside a large matrix. */
const listedConfusions = 20;

/** Colour never goes further than this, so that the number on it stays readable in every theme. */
const strongest = 42;

/** Which classes are taken for which: each cell lists its rows. */
class Matrix extends Part {
  static override properties = {
    evaluation: { attribute: false },
    filter: { attribute: false },
    page: { attribute: false },
    isWhole: { state: true },
  };
  declare evaluation: ShownEvaluation;
  declare filter: RowFilter;
  declare page: Page;
  /** Whether the person asked for the whole of a large matrix. */
  declare isWhole: boolean;

  override render(): Template {
    const isLarge = this.evaluation.classes.length > matrixClasses;
    return html`<section aria-labelledby="matrix-heading">
      <div class="section-head">
        <h2 id="matrix-heading">Confusion matrix</h2>
        ${
          isLarge
            ? html`<vscode-button secondary @click=${() => {
                this.isWhole = !this.isWhole;
              }}>${this.isWhole ? 'Show the most frequent confusions' : 'Show the whole matrix'}</vscode-button>`
            : nothing
        }
      </div>
      ${isLarge && !this.isWhole ? this.#list() : this.#matrix()}
    </section>`;
  }

  #list(): Template {
    const confusions = frequentConfusions(this.evaluation);
    if (confusions.length === 0)
      return html`<p class="empty">Nothing is confused: every row is classified right.</p>`;
    return html`<div class="scroll">
      <table>
        <caption>The most frequent confusions</caption>
        <thead>
          <tr><th scope="col">Truth</th><th scope="col">Predicted</th><th scope="col" class="number">Of the class</th><th scope="col" class="number">Rows</th></tr>
        </thead>
        <tbody>
          ${confusions.slice(0, listedConfusions).map((confusion) => this.#confusionRow(confusion))}
        </tbody>
      </table>
    </div>`;
  }

  #confusionRow({ truth, predicted, rows, share }: Confusion): Template {
    const isChosen = this.filter.truth === truth && this.filter.predicted === predicted;
    return html`<tr class=${classMap({ chosen: isChosen })}>
      <th scope="row">${label(truth)}</th>
      <td>${label(predicted)}</td>
      <td class="number">${percent(share)}</td>
      <td class="number"><button class="link" aria-pressed=${isChosen} aria-label=${cellName(truth, predicted, rows, share)} @click=${() => this.#choose(truth, predicted)}>${count(rows)}</button></td>
    </tr>`;
  }

  #matrix(): Template {
    const { classes, confusion } = this.evaluation;
    const isUpright = classes.length > 6;
    const isRoomy = !isUpright;
    return html`<p class="muted hint">Rows: truth. Columns: prediction. A cell lists its texts.</p>
      <div class="scroll matrix-scroll">
        <table class=${classMap({ matrix: true, upright: isUpright, roomy: isRoomy })} @keydown=${this.#onKey}>
          <caption class="hidden-caption">Confusion matrix: truth in rows, prediction in columns</caption>
          <thead>
            <tr>
              <td></td>
              ${classes.map(({ label: name }) => html`<th scope="col">${label(name)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${classes.map(
              ({ label: truth, support }, row) => html`<tr>
              <th scope="row">${label(truth)}</th>
              ${classes.map(({ label: predicted }, column) => this.#cell(truth, predicted, confusion[row]![column]!, support))}
            </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  #cell(truth: string, predicted: string, rows: number, support: number): Template {
    if (rows === 0) return html`<td class="zero">0</td>`;
    const share = rows / Math.max(1, support);
    const isChosen = this.filter.truth === truth && this.filter.predicted === predicted;
    const isRight = truth === predicted;
    return html`<td>
      <button
        class=${classMap({ cell: true, right: isRight, wrong: !isRight })}
        tabindex="-1"
        aria-pressed=${isChosen}
        aria-label=${cellName(truth, predicted, rows, share)}
        title=${cellName(truth, predicted, rows, share)}
        ${vars({ '--strength': `${Math.round(6 + (strongest - 6) * share)}%` })}
        @click=${() => this.#choose(truth, predicted)}
      >${count(rows)}<span class="cell-share" aria-hidden="true">${percent(share)}</span></button>
    </td>`;
  }

  protected override updated(): void {
    // One stop for the tab key; arrows move within.
    const cells = this.querySelectorAll<HTMLElement>('.cell');
    if (![...cells].some((cell) => cell.tabIndex === 0)) cells[0]?.setAttribute('tabindex', '0');
  }

  #choose(truth: string, predicted: string): void {
    const isChosen = this.filter.truth === truth && this.filter.predicted === predicted;
    this.page.listRows(isChosen ? {} : { truth, predicted });
    if (!isChosen) revealRows();
  }

  #onKey = (event: KeyboardEvent) => {
    const step = steps[event.key];
    const current = event.target;
    if (!step || !(current instanceof HTMLElement) || !current.matches('.cell')) return;
    event.preventDefault();
    const next = nextCell(current, step);
    if (!next) return;
    current.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
}

const steps: Record<string, readonly [rows: number, columns: number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The next cell in a direction that has rows. */
function nextCell(from: HTMLElement, [rows, columns]: readonly [number, number]): HTMLElement | undefined {
  const cell = from.closest('td');
  const body = from.closest('tbody');
  if (!cell || !body) return undefined;
  let row = [...body.rows].indexOf(cell.parentElement as HTMLTableRowElement) + rows;
  let column = cell.cellIndex + columns;
  while (body.rows[row]?.cells[column]) {
    const found = body.rows[row]!.cells[column]!.querySelector<HTMLElement>('.cell');
    if (found) return found;
    row += rows;
    column += columns;
  }
  return undefined;
}

function cellName(truth: string, predicted: string, rows: number, share: number): string {
  const short = (name: string) => (name.length > 60 ? `${name.slice(0, 60)}…` : name);
  return `truth ${short(truth)}, predicted ${short(predicted)}: ${countOf(rows, 'row')}, ${percent(share)} of the class`;
}

/** In a narrow panel the list is below the matrix, out of sight. */
export function revealRows(): void {
  document
    .querySelector('textclf-rows')
    ?.scrollIntoView({ block: 'nearest', behavior: isCalm() ? 'auto' : 'smooth' });
}

export function defineMatrix(): void {
  customElements.define('textclf-matrix', Matrix);
}
