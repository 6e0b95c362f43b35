import { html } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { repeat } from 'lit/directives/repeat.js';
import type { GroupState } from '../../src/protocol/dashboard';
import { isHigherBetter, metricOf, metricTitles } from '../../src/protocol/metrics';
import { count, duration } from '../format';
import { capital, monitorTitle, monitorValue } from '../metrics';
import type { Page } from '../page';
import {
  bestTrial,
  groupWords,
  settingText,
  shortNames,
  sortTrials,
  type Trial,
  type TrialColumn,
  type TrialSorting,
  trialStatusWords,
} from '../trials';
import { isCalm, nothing, Part, type Template } from './part';
import { type SortableColumn, sortableHead } from './sortable';
import { label } from './text';

/** Every run of a group with its settings and what came of it; each leads to its own dashboard. */
class Trials extends Part {
  static override properties = {
    group: { attribute: false },
    page: { attribute: false },
    sorting: { state: true },
  };
  declare group: GroupState;
  declare page: Page;
  declare sorting: TrialSorting;

  constructor() {
    super();
    this.sorting = { column: 'index', descending: false };
  }

  override render(): Template {
    const { group } = this;
    const { noun, plural } = groupWords[group.kind];
    if (group.trials.length === 0) return html`<p class="empty">The first ${noun} has not begun yet.</p>`;
    const best = bestTrial(group);
    return html`<div class="scroll trials" tabindex="0" role="region" aria-label=${capital(plural)}>
      <table>
        <caption class="hidden-caption">${capital(plural)}: settings and results</caption>
        <thead><tr>${this.#heads()}</tr></thead>
        <tbody>
          ${repeat(
            sortTrials(group.trials, this.sorting),
            ({ id }) => id,
            (trial) => this.#row(trial, trial === best),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #heads(): Template[] {
    const { kind, metric } = this.group;
    const options = shownOptions(this.group);
    const names = shortNames(options.map(({ path }) => path));
    const columns: SortableColumn<TrialColumn>[] = [
      { column: 'index', name: capital(groupWords[kind].noun), isNumber: false },
      { column: 'status', name: 'Status', isNumber: false },
      {
        column: 'value',
        name: capital(metricTitles[metricOf(metric)]),
        title: `${capital(monitorTitle(metric))} at its best epoch`,
        isNumber: true,
        startsDescending: isHigherBetter(metricOf(metric)),
      },
      ...options.map(({ path }, i) => ({
        column: `option ${path}` as const,
        name: names[i]!,
        title: path.slice(0, 1000),
        isNumber: true,
      })),
      { column: 'epoch', name: 'Epochs', isNumber: true },
      { column: 'seconds', name: 'Time', isNumber: true },
    ];
    return [
      ...columns.map((column) =>
        sortableHead(column, this.sorting, (sorting) => {
          this.sorting = sorting ?? { column: 'index', descending: false };
        }),
      ),
      ...(kind === 'search' ? [html`<td></td>`] : []),
    ];
  }

  #row(trial: Trial, isBest: boolean): Template {
    const { group } = this;
    const open = () => this.page.openTrial(trial.id);
    const { icon, word } = trialStatusWords[trial.status];
    const isRunning = trial.status === 'running';
    return html`<tr class=${classMap({ best: isBest, clickable: true })} @click=${open}>
      <th scope="row">
        <button class="link" title="Open its dashboard" @click=${opened(open)}><bdi>${trial.label}</bdi></button>${isBest ? html` <span class="badge">best</span>` : nothing}
      </th>
      <td class="nowrap">
        <span class=${`trial-status ${trial.status}`}><vscode-icon name=${icon} size="14" ?spin=${isRunning && !isCalm()}></vscode-icon> ${word}</span>
        ${trial.message ? html`<div class="trial-message"><bdi title=${trial.message.slice(0, 1000)}>${trial.message.split('\n', 1)[0]}</bdi></div>` : nothing}
      </td>
      <td class="number">${monitorValue(group.metric, trial.value)}</td>
      ${shownOptions(group).map(({ path }) => html`<td class="number">${label(settingText(trial.settings[path]))}</td>`)}
      <td class="number">${count(trial.epoch)}</td>
      <td class="number">${duration(trial.seconds)}</td>
      ${group.kind === 'search' ? html`<td class="number">${adoptLink(trial, this.page)}</td>` : nothing}
    </tr>`;
  }
}

/** What varies between folds or seeds, their labels say. */
function shownOptions({ kind, options }: GroupState): GroupState['options'] {
  return kind === 'search' ? options : [];
}

/** The row under a button opens the run as well: once is enough. */
function opened(action: () => void): (event: Event) => void {
  return (event) => {
    event.stopPropagation();
    action();
  };
}

const adoptWords = 'Make this the experiment';

function adoptLink({ id, status, label: name }: Trial, page: Page): Template {
  if (status === 'failed') return nothing;
  return html`<button
    class="link nowrap"
    title=${`${adoptWords}: write these settings into the experiment file`}
    aria-label=${`${adoptWords}: ${name}`}
    @click=${opened(() => page.adoptTrial(id))}
  >use settings</button>`;
}

/** One trial with all of its settings, and what can be done with it. */
export function trialDetail(trial: Trial, group: GroupState, page: Page): Template {
  const isBest = trial === bestTrial(group);
  const { word } = trialStatusWords[trial.status];
  const names = shortNames(group.options.map(({ path }) => path));
  return html`<section class="result trial-detail" aria-label="The chosen trial">
    <dl class="tiles">
      <div class="tile">
        <dt>${isBest ? 'Best: ' : ''}<bdi>${trial.label}</bdi>, ${word}</dt>
        <dd class="value">${monitorValue(group.metric, trial.value)}</dd>
        <dd class="muted">${monitorTitle(group.metric)}</dd>
      </div>
    </dl>
    <dl class="facts">
      ${group.options.map(
        ({ path }, i) =>
          html`<div><dt title=${path.slice(0, 1000)}><bdi>${names[i]}</bdi></dt><dd>${label(settingText(trial.settings[path]))}</dd></div>`,
      )}
    </dl>
    <div class="detail-buttons">
      ${trial.status === 'failed' ? nothing : html`<vscode-button icon="check" title="Write these settings into the experiment file" @click=${() => page.adoptTrial(trial.id)}>${adoptWords}</vscode-button>`}
      <vscode-button secondary icon="go-to-file" @click=${() => page.openTrial(trial.id)}>Open its dashboard</vscode-button>
    </div>
  </section>`;
}

export function defineTrials(): void {
  customElements.define('textclf-trials', Trials);
}
