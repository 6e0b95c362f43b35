import { html } from 'lit';
import type { RunState, ShownEvaluation } from '../../src/protocol/dashboard';
import { type MetricName, metricMeanings, metricTitles } from '../../src/protocol/metrics';
import { countOf, percent, percentRange } from '../format';
import { capital, metricLooks } from '../metrics';
import { type Page, splitNames } from '../page';
import { isLive } from './header';
import { nothing, type Template } from './part';
import { reliability } from './reliability';

/** The metrics that sum an evaluation up, with their 95 % confidence intervals. */
export function metricTiles(evaluation: ShownEvaluation): Template {
  const { split, rows, accuracy, accuracyInterval, macroF1, macroF1Interval } = evaluation;
  const isSingle = evaluation.task === 'single-label';
  const tiles: [name: string, value: string, note: Template | string, help: string][] = [
    [`${splitNames[split]} accuracy`, percent(accuracy), interval(accuracyInterval), metricMeanings.accuracy],
    // Of several labels a row no interval is known.
    ['Macro F1', percent(macroF1), isSingle ? interval(macroF1Interval) : nothing, metricMeanings.macroF1],
    ['Loss', metricLooks.loss.write(evaluation.loss), nothing, metricMeanings.loss],
    ['Evaluated', countOf(rows, 'row'), `${split} split`, 'The rows that all of these numbers are of.'],
  ];
  return html`<dl class="tiles">
    ${tiles.map(
      ([name, value, note, help]) =>
        html`<div class="tile" title=${help}><dt>${name}</dt><dd class="value">${value}</dd>${note === nothing ? nothing : html`<dd class="muted">${note}</dd>`}</div>`,
    )}
  </dl>`;
}

function interval(range: { low: number; high: number } | null): Template | string {
  if (!range) return 'too few rows for an interval';
  return html`<span title="95 % confidence interval: with other rows of the same kind, it would most likely be in here">95${'\u202f'}% CI ${percentRange(range)}</span>`;
}

/** How good the model is at a glance, and the way to its errors. */
export function evaluationSummary(evaluation: ShownEvaluation, page: Page): Template {
  return html`<div class="result">
    ${metricTiles(evaluation)}
    <vscode-button secondary icon="graph-scatter" @click=${() => page.choose({ tab: 'evaluation' })}>See where it errs</vscode-button>
  </div>`;
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
    ${metricList(evaluation)}
    <div class="columns evaluation">
      <div class="matrix-column">
        ${
          evaluation.confusion.length > 0
            ? html`<textclf-matrix .evaluation=${evaluation} .filter=${page.choices.filter} .page=${page}></textclf-matrix>`
            : nothing
        }
        <textclf-classes .evaluation=${evaluation} .filter=${page.choices.filter} .page=${page}></textclf-classes>
        ${evaluation.reliability.some(({ rows }) => rows > 0) ? reliability(evaluation) : nothing}
      </div>
      <textclf-rows .list=${state.rows} .evaluation=${evaluation} .page=${page}></textclf-rows>
    </div>
  `;
}

const averages = ['macro', 'micro', 'weighted'] as const;
const averaged = ['Precision', 'Recall', 'F1'] as const;

/** The other metrics, by what they are about. */
const metricGroups: readonly { title: string; names: readonly MetricName[] }[] = [
  { title: 'Overall', names: ['balancedAccuracy', 'matthews', 'hammingLoss'] },
  { title: 'Ranking', names: ['rocAuc', 'prAuc'] },
  { title: 'Probabilities', names: ['logLoss', 'brier', 'calibrationError'] },
];

/** Every metric that the tiles do not show; what each says is in its tooltip. */
function metricList(evaluation: ShownEvaluation): Template {
  const value = (name: MetricName) => metricLooks[name].write(evaluation[name]);
  return html`<section class="metrics" aria-label="All metrics">
    <table>
      <caption>Averages</caption>
      <thead><tr><td></td>${averaged.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
      <tbody>
        ${averages.map(
          (average) => html`<tr>
          <th scope="row">${average}</th>
          ${averaged.map((name) => html`<td class="number" title=${metricMeanings[`${average}${name}`]}>${value(`${average}${name}`)}</td>`)}
        </tr>`,
        )}
      </tbody>
    </table>
    ${metricGroups.map(
      ({ title, names }) => html`<table>
      <caption>${title}</caption>
      <tbody>
        ${names.map(
          (name) => html`<tr title=${metricMeanings[name]}>
          <th scope="row">${capital(metricTitles[name])}</th>
          <td class="number">${value(name)}</td>
        </tr>`,
        )}
      </tbody>
    </table>`,
    )}
  </section>`;
}
