import { html, svg } from 'lit';
import type { Evaluation } from '../../src/protocol/events';
import { count, countOf, percent } from '../format';
import type { Template } from './part';

const size = 200;
const left = 40;
const top = 8;
const labels = 30;
const marks = [0, 0.5, 1];

const x = (share: number) => left + share * size;
const y = (share: number) => top + (1 - share) * size;

/** How often predictions come true by how sure the model is of them; on the diagonal where it is as right as sure. */
export function reliability({ reliability }: Evaluation): Template {
  const parts = reliability.filter(({ rows }) => rows > 0);
  const most = Math.max(1, ...parts.map(({ rows }) => rows));
  return html`<section class="reliability" aria-labelledby="reliability-heading">
    <h2 id="reliability-heading">Reliability of the probabilities</h2>
    <div class="reliability-box">
      <svg width=${left + size + 20} height=${top + size + labels} role="img" aria-label="Right rows by the probability that was given; the same as numbers below">
        ${marks.map(
          (share) => svg`
            <line class="grid" x1=${x(0)} x2=${x(1)} y1=${y(share)} y2=${y(share)}></line>
            <line class="grid" x1=${x(share)} x2=${x(share)} y1=${y(0)} y2=${y(1)}></line>
            <text x=${x(0) - 5} y=${y(share) + 4} text-anchor="end">${percent(share, 0)}</text>
            <text x=${x(share)} y=${y(0) + 14} text-anchor="middle">${percent(share, 0)}</text>`,
        )}
        <text x=${x(0.5)} y=${y(0) + 27} text-anchor="middle">probability given</text>
        <line class="ideal" x1=${x(0)} y1=${y(0)} x2=${x(1)} y2=${y(1)}></line>
        ${parts.map(
          ({ rows, confidence, accuracy }) => svg`<g>
            <line class="gap" x1=${x(confidence)} x2=${x(confidence)} y1=${y(confidence)} y2=${y(accuracy)}></line>
            <circle cx=${x(confidence)} cy=${y(accuracy)} r=${(2.5 + 6 * Math.sqrt(rows / most)).toFixed(1)}></circle>
            <title>${sentence(rows, confidence, accuracy)}</title>
          </g>`,
        )}
      </svg>
      <div>
        <p class="muted hint">A dot is a tenth of the range of probabilities, its size how many rows lie there. Below the dashed line the model is surer than it is right.</p>
        <details>
          <summary>As numbers</summary>
          <table>
            <caption class="hidden-caption">Right rows by the probability that was given</caption>
            <thead><tr><th scope="col" class="number">Probability</th><th scope="col" class="number">Right</th><th scope="col" class="number">Rows</th></tr></thead>
            <tbody>
              ${parts.map(
                ({ rows, confidence, accuracy }) => html`<tr>
                <th scope="row" class="number">${percent(confidence)}</th>
                <td class="number">${percent(accuracy)}</td>
                <td class="number">${count(rows)}</td>
              </tr>`,
              )}
            </tbody>
          </table>
        </details>
      </div>
    </div>
  </section>`;
}

function sentence(rows: number, confidence: number, accuracy: number): string {
  return `${countOf(rows, 'row')} with a probability of ${percent(confidence)} on average; ${percent(accuracy)} of them are right`;
}
