import { html } from 'lit';
import type { RunState, ToPage } from '../../src/protocol/dashboard';
import { phaseNames } from '../../src/protocol/phase-names';
import { count } from '../format';
import { capital } from '../metrics';
import { Page, type Tab, tabsOf, type VsCodeApi } from '../page';
import type { PageState } from '../state';
import { groupWords, planWords } from '../trials';
import { comparison } from './comparison';
import { dataHeader, dataReport, inspectionWords } from './data';
import { evaluationTab } from './evaluation';
import { groupCharts, groupTab } from './group';
import { failure } from './header';
import { labelsTab } from './labels';
import { nothing, Part, type Template } from './part';
import { tabbed } from './tabs';
import { trainingTab } from './training';

/** The whole page. */
export class Dashboard extends Part {
  readonly #page: Page;

  constructor(api: VsCodeApi, hostState: object) {
    super();
    this.#page = new Page(api, hostState, () => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('message', this.#onMessage);
    this.#page.ready();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('message', this.#onMessage);
  }

  #onMessage = (event: MessageEvent<ToPage>) => {
    this.#page.receive(event.data);
  };

  override render(): Template {
    const { state } = this.#page;
    return html`${this.#content(state)}
      <div class="hidden-text" role="status">${announcement(state)}</div>`;
  }

  #content(state: PageState): Template {
    const { content } = state;
    switch (content.type) {
      case 'waiting':
        return html`<p class="empty whole">The run is being read…</p>`;
      case 'gone':
        return html`<div class="empty whole"><vscode-icon name="trash" size="32"></vscode-icon><p><bdi>${content.message}</bdi></p></div>`;
      case 'comparison':
        return comparison(content.comparison, this.#page);
      case 'data':
        return html`${dataHeader(content.data, this.#page)}
          <main class="tab-panel">${dataReport(state, this.#page)}</main>`;
      case 'run':
        return this.#run(content.run, state);
    }
  }

  #run(run: RunState, state: PageState): Template {
    const page = this.#page;
    const warnings = run.log.filter(({ level }) => level !== 'info').length;
    return html`
      <header class="page-header"><textclf-header .header=${run.header} .group=${run.group} .page=${page}></textclf-header></header>
      ${failure(run.header, page)}
      <main>
        ${tabbed(
          page,
          tabsOf(run),
          {
            labels: run.labels
              ? html`<span class="count" title="Rows that look mislabelled">${count(run.labels.issues)}</span>`
              : nothing,
            log:
              warnings > 0
                ? html`<span class="count" title="Warnings and errors">${warnings}</span>`
                : nothing,
          },
          run.group ? { trials: capital(groupWords[run.group.kind].plural) } : {},
          (tab) => this.#tab(tab, run, state),
        )}
      </main>
    `;
  }

  #tab(tab: Tab, run: RunState, state: PageState): Template {
    const page = this.#page;
    switch (tab) {
      case 'data':
        return dataReport(state, page);
      case 'trials':
        return run.group ? groupTab(run.group, run.evaluation, page) : nothing;
      case 'charts':
        return run.group ? groupCharts(run.group, page) : nothing;
      case 'training':
        return trainingTab(run, page);
      case 'evaluation':
        return evaluationTab(run, state, page);
      case 'labels':
        return labelsTab(run, state.labels, page);
      case 'try':
        return html`<textclf-try-it .state=${state.prediction} .run=${run} .page=${page}></textclf-try-it>`;
      case 'settings':
        return html`<textclf-settings .settings=${run.settings}></textclf-settings>`;
      case 'log':
        return html`<textclf-log .lines=${run.log} .page=${page}></textclf-log>`;
    }
  }
}

/** What a screen reader says when it changes: the state and the phase, not every batch. */
function announcement({ content, inspection }: PageState): string {
  if (content.type === 'data') return inspectionWords(inspection);
  if (content.type !== 'run') return '';
  const { header, group } = content.run;
  const { status, phase, stopping } = header;
  if (status !== 'running' && status !== 'starting') return `Run ${status}`;
  if (stopping) return 'Stopping';
  if (group) return planWords(group);
  return phase ? phaseNames[phase] : 'Starting';
}
