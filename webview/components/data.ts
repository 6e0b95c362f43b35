import { html } from 'lit';
import type { DataPageState, InspectionState } from '../../src/protocol/dashboard';
import type { DataReport, PartReport } from '../../src/protocol/inspection';
import { count, countOf, percent } from '../format';
import { type Page, splitNames } from '../page';
import type { PageState } from '../state';
import { findings, findingsWords } from './findings';
import { iconButton } from './icon-button';
import { lengthsId } from './lengths';
import { nothing, Part, type Template } from './part';
import { fileName, place } from './place';
import { tellingWords } from './words';

type Ready = Extract<InspectionState, { status: 'ready' }>;

/** What there is to know of the data: read when it is first shown. */
class Data extends Part {
  static override properties = {
    inspection: { attribute: false },
    findings: { attribute: false },
    tables: { attribute: false },
    page: { attribute: false },
  };
  declare inspection: InspectionState;
  declare findings: PageState['findings'];
  /** Ids of what is shown as a table. */
  declare tables: readonly string[];
  declare page: Page;

  protected override firstUpdated(): void {
    if (this.inspection.status === 'none') this.page.inspect();
  }

  override render(): Template {
    const { inspection, page } = this;
    switch (inspection.status) {
      case 'none':
        return html`<div class="empty whole">
          <p>The data was not looked at.</p>
          ${inspectButton('Inspect data', page)}
        </div>`;
      case 'reading':
        return reading(inspection, page);
      case 'refused':
        return refused(inspection, page);
      case 'ready':
        return this.#report(inspection);
    }
  }

  #report(ready: Ready): Template {
    const { report } = ready;
    const { page } = this;
    const rows = report.parts.reduce((sum, part) => sum + part.rows, 0);
    return html`
      ${changes(ready, page)}
      ${parts(report.parts, page)}
      ${findings(report.findings, this.findings, page)}
      ${rows === 0 ? html`<p class="empty">There are no rows to tell of.</p>` : this.#facts(report)}
    `;
  }

  #facts(report: DataReport): Template {
    const { page } = this;
    return html`<div class="columns data-columns">
        <textclf-class-counts .report=${report}></textclf-class-counts>
        ${report.lengths.bins.length > 0 ? html`<textclf-lengths .lengths=${report.lengths} .isTable=${this.tables.includes(lengthsId)} .page=${page}></textclf-lengths>` : nothing}
      </div>
      ${tellingWords(report.words)}`;
  }
}

export function dataReport({ inspection, findings: rows }: PageState, page: Page): Template {
  return html`<textclf-data .inspection=${inspection} .findings=${rows} .tables=${page.choices.tables} .page=${page}></textclf-data>`;
}

/** The head of a page about nothing but data. */
export function dataHeader({ kind, name, file }: Omit<DataPageState, 'inspection'>, page: Page): Template {
  const isExperiment = kind === 'experiment';
  return html`<header class="page-header">
    <div class="title-row">
      <h1 title=${file}><bdi>${name}</bdi></h1>
      <div class="actions">
        ${
          isExperiment
            ? html`<vscode-button icon="play" @click=${() => page.dataCommand('train')}>Train</vscode-button>`
            : html`<vscode-button icon="add" @click=${() => page.dataCommand('newExperiment')}>New experiment…</vscode-button>`
        }
        ${iconButton('go-to-file', isExperiment ? 'Open the experiment file' : 'Open the data file', () => page.dataCommand('openFile'))}
      </div>
    </div>
    <p class="muted">${isExperiment ? 'The data of this experiment, as it would be trained on.' : 'By itself: every row is a training row, and what is text and what is class is guessed.'}</p>
  </header>`;
}

/** What a screen reader says when it changes. */
export function inspectionWords(inspection: InspectionState): string {
  switch (inspection.status) {
    case 'none':
      return '';
    case 'reading':
      return 'The data is being read';
    case 'refused':
      return 'The data could not be read';
    case 'ready':
      return inspection.isStale ? 'The data has changed' : findingsWords(inspection.report.findings);
  }
}

function reading({ done, total }: Extract<InspectionState, { status: 'reading' }>, page: Page): Template {
  const share = total > 0 ? Math.min(1, done / total) : undefined;
  return html`<div class="empty whole">
    <p>The data is being read and compared${share === undefined ? '…' : html`: <span class="nowrap">${percent(share, 0)}</span>`}</p>
    <vscode-progress-bar class="reading" .indeterminate=${share === undefined} .value=${100 * (share ?? 0)} .label=${'The data is being read'}></vscode-progress-bar>
    <vscode-button secondary @click=${() => page.cancelInspection()}>Cancel</vscode-button>
  </div>`;
}

function refused(
  { message, hint, place: where }: Extract<InspectionState, { status: 'refused' }>,
  page: Page,
): Template {
  return html`<div class="notice data-notice" role="alert">
    <vscode-icon name="error"></vscode-icon>
    <div>
      <p class="message">${where ? html`${place(where.file, where.line, page)}: ` : nothing}<bdi>${message}</bdi></p>
      ${hint ? html`<p class="muted"><bdi>${hint}</bdi></p>` : nothing}
      <div class="buttons">${inspectButton('Try again', page)}</div>
    </div>
  </div>`;
}

/** That the data is not what it was. */
function changes({ isStale, isAsTrained }: Ready, page: Page): Template {
  return html`${
    isStale
      ? html`<div class="caution" role="status">
        <vscode-icon name="refresh"></vscode-icon>
        <span>The data or the experiment has changed since it was read.</span>
        ${inspectButton('Inspect again', page)}
      </div>`
      : nothing
  }
  ${
    isAsTrained === false
      ? html`<div class="caution">
        <vscode-icon name="warning"></vscode-icon>
        <span>These are not the rows that this run was trained on: the data has changed since. What is told here is of the data as it is now.</span>
      </div>`
      : nothing
  }`;
}

function inspectButton(title: string, page: Page): Template {
  return html`<vscode-button secondary icon="refresh" @click=${() => page.inspect()}>${title}</vscode-button>`;
}

/** How many rows there are of each part, and where they come from. */
function parts(reports: readonly PartReport[], page: Page): Template {
  const all = reports.reduce((sum, { rows }) => sum + rows, 0);
  return html`<div class="result"><dl class="tiles data-parts">
    ${reports.map(
      (part) => html`<div class="tile">
      <dt>${splitNames[part.part]}${all > 0 && reports.length > 1 ? html`, ${percent(part.rows / all)}` : nothing}</dt>
      <dd class="value">${countOf(part.rows, 'row')}</dd>
      <dd class="muted">${files(part, page)}</dd>
    </div>`,
    )}
  </dl>${iconButton('refresh', 'Inspect again', () => page.inspect())}</div>`;
}

function files({ files: listed, fileCount }: PartReport, page: Page): Template {
  if (fileCount === 0) return nothing;
  if (fileCount === 1) return fileName(listed[0]!.file, page);
  return html`<details class="part-files">
    <summary>${countOf(fileCount, 'file')}</summary>
    <ul>
      ${listed.map(({ file, rows }) => html`<li>${place(file, undefined, page)} <span class="nowrap">${countOf(rows, 'row')}</span></li>`)}
      ${fileCount > listed.length ? html`<li>and ${count(fileCount - listed.length)} more</li>` : nothing}
    </ul>
  </details>`;
}

export function defineData(): void {
  customElements.define('textclf-data', Data);
}
