import { html } from 'lit';
import type { RunState, ShownEvaluation } from '../../src/protocol/dashboard';
import type { Split } from '../../src/protocol/events';
import { countOf, loss, percent, percentRange } from '../format';
import type { Page } from '../page';
import { isLive } from './header';
import { nothing, type Template } from './part';

const splitNames: Record<Split, string> = { train: 'Training', validation: 'Validation', test: 'Test' };

/** The metrics that sum an evaluation up, with their 95 % confidence intervals. */
export function metricTiles(evaluation: ShownEvaluation): Template {
  const { split, rows, accuracy, accuracyInterval, macroF1, macroF1Interval } = evaluation;
  const tiles: [name: string, value: string, note: Template | string][] = [
    [`${splitNames[split]} accuracy`, percent(accuracy), interval(accuracyInterval)],
    ['Macro F1', percent(macroF1), interval(macroF1Interval)],
    ['Loss', loss(evaluation.loss), nothing],
    ['Evaluated', countOf(rows, 'row'), `${split} split`],
  ];
  return html`<dl class="tiles">
    ${tiles.map(
      ([name, value, note]) =>
        html`<div class="tile"><dt>${name}</dt><dd class="value">${value}</dd>${note === nothing ? nothing : html`<dd class="muted">${note}</dd>`}</div>`,
    )}
  </dl>`;
}

function interval(range: { low: number; high: number } | null): Template | string {
  if (!range) return 'too few rows for an interval';
  return html`<span title="95 % confidence interval: with other rows of the same kind, it would most likely be in here">95${'\u202f'}% CI ${percentRange(range)}</span>`;
}

/** Where the model errs. */
export function evaluationTab({ evaluation, header }: RunState, state: Page['state'], page: Page): Template {
  if (!evaluation) {
    return html`<p class="empty">${
      isLive(header)
        ? 'The evaluation comes when training has ended.'
        : 'This run was not evaluated: it did not get that far.'
    }</p>`;
  }
  return html`
    <div class="result">${metricTiles(evaluation)}</div>
    <div class="columns evaluation">
      <div class="matrix-column">
        <textclf-matrix .evaluation=${evaluation} .filter=${page.choices.filter} .page=${page}></textclf-matrix>
        <textclf-classes .evaluation=${evaluation}></textclf-classes>
      </div>
      <textclf-rows .list=${state.rows} .evaluation=${evaluation} .page=${page}></textclf-rows>
    </div>
  `;
}
