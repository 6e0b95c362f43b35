import { html } from 'lit';
import type { DataFinding } from '../../src/protocol/inspection';
import { countOf } from '../format';
import type { Page } from '../page';
import type { PageState } from '../state';
import type { Template } from './part';

/** What looks wrong in the data, the worst first. */
export function findings(found: readonly DataFinding[], rows: PageState['findings'], page: Page): Template {
  return html`<section class="findings" aria-labelledby="findings-heading">
    <h2 id="findings-heading">Findings</h2>
    ${
      found.length === 0
        ? html`<p class="clean"><vscode-icon name="pass"></vscode-icon><span>All clean: no duplicates, nothing leaks from the training rows into the others, nothing else looks wrong.</span></p>`
        : html`<ul class="finding-list">
          ${found.map(
            (finding, i) => html`<li class=${finding.severity}>
            <textclf-finding .finding=${finding} .index=${i} .list=${rows.get(i) ?? null} .page=${page}></textclf-finding>
          </li>`,
          )}
        </ul>`
    }
  </section>`;
}

export function findingsWords(found: readonly DataFinding[]): string {
  return found.length === 0
    ? 'The data was read: all clean'
    : `The data was read: ${countOf(found.length, 'finding')}`;
}
