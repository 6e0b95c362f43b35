import { html } from 'lit';
import type { GroupState, RunHeader, ShownStatus } from '../../src/protocol/dashboard';
import { deviceNotes, deviceText } from '../../src/protocol/device-words';
import { phaseNames } from '../../src/protocol/phase-names';
import { bytes, clock, count, countOf, localTime, percent } from '../format';
import { monitorTitle, monitorValue } from '../metrics';
import type { Page } from '../page';
import { bestTrial, endedTrials, groupWords, planWords } from '../trials';
import { iconButton } from './icon-button';
import { isCalm, nothing, Part, type Template } from './part';

export const statusIcons: Record<ShownStatus, string> = {
  starting: 'loading',
  running: 'loading',
  succeeded: 'pass-filled',
  failed: 'error',
  stopped: 'debug-stop',
  interrupted: 'debug-disconnect',
};

/** A process that does not stop by itself within this time may be killed. */
const killAfter = 10_000;

export function isLive({ status }: { status: ShownStatus }): boolean {
  return status === 'starting' || status === 'running';
}

export function statusPill(status: ShownStatus): Template {
  return html`<span class=${`status ${status}`}>
    <vscode-icon name=${statusIcons[status]} ?spin=${isLive({ status }) && !isCalm()}></vscode-icon>${status}
  </span>`;
}

/** Name, state, progress and what can be done: what has to be seen at once. */
class Header extends Part {
  static override properties = { header: {}, group: {}, page: { attribute: false } };
  declare header: RunHeader;
  /** Of a run that stands for several. */
  declare group: GroupState | null;
  declare page: Page;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When the page first saw that the run is to stop. */
  #stoppingSince: number | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  protected override willUpdate(): void {
    const { stopping } = this.header;
    this.#stoppingSince = stopping ? (this.#stoppingSince ?? Date.now()) : undefined;
    if (isLive(this.header)) this.#timer ??= setInterval(() => this.requestUpdate(), 1000);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  override render(): Template {
    const { header } = this;
    return html`
      <div class="title-row">
        <span class=${header.starred ? 'starred' : ''}>${iconButton(
          header.starred ? 'star-full' : 'star-empty',
          header.starred ? 'Remove the star' : 'Star this run',
          () => this.page.command('toggleStar'),
        )}</span>
        <h1><bdi title=${header.name.slice(0, 1000)}>${header.name}</bdi></h1>
        ${statusPill(header.status)}
        <div class="actions">${this.#mainAction()}${this.#tools()}</div>
      </div>
      ${header.note ? html`<p class="note"><bdi>${header.note}</bdi></p>` : nothing}
      ${this.#progress()}
      <dl class="facts">${this.#facts().map(([name, value, notes]) => fact(name, value, notes))}</dl>
    `;
  }

  #mainAction(): Template {
    const { header, page } = this;
    if (!isLive(header)) {
      return header.parent ? openGroup(header.parent, page) : trainAgain(page);
    }
    if (this.#stoppingSince === undefined) {
      return html`<vscode-button icon="debug-stop" secondary @click=${() => page.command('stop')}>Stop</vscode-button>`;
    }
    if (Date.now() - this.#stoppingSince < killAfter) {
      return html`<vscode-button icon="loading" ?icon-spin=${!isCalm()} secondary disabled>Stopping…</vscode-button>`;
    }
    return html`<vscode-button
      icon="stop-circle"
      secondary
      title="It was asked to stop and has not ended. What was not saved is lost."
      @click=${() => page.command('kill')}
      >Kill</vscode-button
    >`;
  }

  #tools(): Template {
    const { page } = this;
    return html`<div class="tools" role="toolbar" aria-label="Actions">
      ${iconButton('go-to-file', 'Open the experiment file', () => page.command('openExperiment'))}
      ${iconButton('diff', 'Compare the experiment as it was with the file now', () => page.command('diffExperiment'))}
      ${
        this.header.hasModel
          ? iconButton('export', 'Export the model', () => page.command('exportModel'))
          : nothing
      }
      ${iconButton('folder-opened', 'Reveal the run folder', () => page.command('revealFolder'))}
      ${iconButton('output', 'Show the log', () => page.command('showLog'))}
    </div>`;
  }

  #progress(): Template {
    if (!isLive(this.header)) return nothing;
    const { words, detail, share } = this.group
      ? groupProgress(this.group, this.header)
      : runProgress(this.header);
    return html`<div class="progress">
      <div class="progress-text">
        <span><bdi>${words}</bdi>${detail ? html`<span class="muted"> · <bdi>${detail}</bdi></span>` : nothing}</span>
        ${share === undefined ? nothing : html`<span class="share">${percent(Math.floor(100 * share) / 100, 0)}</span>`}
      </div>
      <vscode-progress-bar
        .ariaLabel=${'Training progress'}
        .indeterminate=${share === undefined}
        .value=${(share ?? 0) * 100}
      ></vscode-progress-bar>
    </div>`;
  }

  #facts(): Fact[] {
    const { header } = this;
    const { best, device, threads } = header;
    const live = isLive(header);
    const end = header.endedAt ? Date.parse(header.endedAt) : live ? Date.now() : Number.NaN;
    const seconds = (end - Date.parse(header.startedAt)) / 1000;
    const notes = deviceNotes(header.deviceReason, header.fallbacks);
    const facts: [string, string, boolean, string[]?][] = [
      [live ? 'Elapsed' : 'Took', clock(seconds), Number.isFinite(seconds)],
      ['Left', `about ${clock(header.etaSeconds ?? 0)}`, live && header.etaSeconds !== undefined],
      ['Speed', `${count(header.samplesPerSecond)} samples/s`, header.samplesPerSecond !== undefined],
      [
        `Best ${monitorTitle(best?.metric ?? '')}`,
        `${monitorValue(best?.metric ?? '', best?.value)} (epoch ${best?.epoch})`,
        best !== undefined && !this.group,
      ],
      ...(this.group ? groupFacts(this.group, live) : []),
      ['Epochs', `${header.epoch} of ${header.epochs}`, !live && header.epochs > 0 && !this.group],
      ['Device', deviceText(device, threads, header.deviceName), device !== '', notes],
      ['Started', localTime(header.startedAt), true],
      ['Experiment', header.experimentFile, true],
    ];
    return facts.filter(([, , isKnown]) => isKnown).map(([name, value, , more = []]) => [name, value, more]);
  }
}

function trainAgain(page: Page): Template {
  return html`<vscode-button icon="play" @click=${() => page.command('trainAgain')}>Train again</vscode-button>`;
}

/** In place of training again, which would train the whole group. */
function openGroup(kind: NonNullable<RunHeader['parent']>, page: Page): Template {
  if (kind === 'gone') return nothing;
  const words = `Open the ${groupWords[kind].title.toLowerCase()}`;
  return html`<vscode-button icon="list-tree" secondary @click=${() => page.command('openParent')}>${words}</vscode-button>`;
}

interface Progress {
  words: string;
  detail?: string;
  /** Between 0 and 1, where it is known. */
  share?: number;
}

function runProgress({
  stopping,
  phase,
  download,
  progress,
  epoch,
  epochs,
  batch,
  batches,
}: RunHeader): Progress {
  if (phase === 'downloading' && download && !stopping) {
    const { name, done, total } = download;
    return {
      words: `${phaseNames.downloading} ${name}`,
      ...(total > 0
        ? { detail: `${bytes(done)} of ${bytes(total)}`, share: Math.min(1, done / total) }
        : { detail: bytes(done) }),
    };
  }
  const words = stopping ? 'Stopping after the batch at hand' : phase ? phaseNames[phase] : 'Starting';
  if (batches === 0) return { words };
  const detail = `epoch ${epoch} of ${epochs}, batch ${count(batch)} of ${count(batches)}`;
  return { words, detail, share: progress };
}

function groupProgress(group: GroupState, header: RunHeader): Progress {
  if (header.phase === 'downloading' && header.download) return runProgress(header);
  const running = group.trials.find(({ status }) => status === 'running');
  return {
    words: header.stopping ? 'Stopping after the batch at hand' : planWords(group),
    ...(running && { detail: `${running.label}, ${countOf(running.epoch, 'epoch')} done` }),
    ...(group.planned !== null && { share: Math.min(1, endedTrials(group).length / group.planned) }),
  };
}

/** What is known at once of a run that stands for several. */
function groupFacts(group: GroupState, live: boolean): [name: string, value: string, isKnown: boolean][] {
  const best = bestTrial(group);
  return [
    // While it goes on, the progress says it.
    ['Plan', planWords(group), !live],
    [
      `Best ${monitorTitle(group.metric)}`,
      `${monitorValue(group.metric, best?.value)} (${best?.label})`,
      best !== undefined,
    ],
  ];
}

type Fact = [name: string, value: string, notes: readonly string[]];

/** @param notes what else is to be known of it: to be seen under the pointer, and read aloud */
function fact(name: string, value: string, notes: readonly string[]): Template {
  const more = notes.join('\n');
  const title = [value, more].filter(Boolean).join('\n').slice(0, 1000);
  return html`<div title=${title}>
    <dt>${name}${more ? html`<vscode-icon name="info" size="12"></vscode-icon>` : nothing}</dt>
    <dd><bdi>${value}</bdi>${more ? html`<span class="hidden-text">${more}</span>` : nothing}</dd>
  </div>`;
}

/** Why a run failed, and the places where it can be mended. */
export function failure(header: RunHeader, page: Page): Template {
  if (header.status !== 'failed' && header.status !== 'interrupted') return nothing;
  const message =
    header.message ??
    (header.status === 'interrupted'
      ? 'The training process ended without a word. What it had saved by then is kept.'
      : 'The run failed without saying why.');
  return html`<div class=${`notice ${header.status}`} role="alert">
    <vscode-icon name=${header.status === 'failed' ? 'error' : 'warning'}></vscode-icon>
    <div>
      <p class="message"><bdi>${message}</bdi></p>
      <div class="buttons">
        ${
          header.continuable
            ? html`<vscode-button icon="debug-continue" @click=${() => page.command('continueOnCpu')}>Continue on CPU</vscode-button>`
            : nothing
        }
        <vscode-button ?secondary=${header.continuable} @click=${() => page.command('openFailure')}>Open File</vscode-button>
        <vscode-button secondary @click=${() => page.command('showLog')}>Show Log</vscode-button>
      </div>
    </div>
  </div>`;
}

export function defineHeader(): void {
  customElements.define('textclf-header', Header);
}
