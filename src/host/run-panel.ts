import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type * as vscode from 'vscode';
import type {
  BaselineScores,
  EvaluatedRow,
  FromPage,
  RunHeader,
  RunState,
  ShownStatus,
  ToPage,
} from '../protocol/dashboard';
import { fileError } from '../protocol/file-error';
import { formatError, HumanError } from '../protocol/human-error';
import { readDoubtedLabels } from '../runs/label-issues';
import { runPaths, savedModel } from '../runs/paths';
import { matchesFilter, readPredictions } from '../runs/predictions';
import { type ViewPart, viewStart } from '../runs/run-view';
import { readSettings } from '../runs/settings';
import { sortLabelIssues } from '../runs/sort-labels';
import { baselineOf, baselineScores } from './baseline';
import { runCommand } from './commands';
import { DataInspection } from './data-inspection';
import { editorColumn } from './editor-column';
import { isLive } from './is-live';
import { pageCommands } from './page-commands';
import type { PanelServices } from './panel-services';
import { openPlace } from './report';
import { RunFeed } from './run-feed';
import { runHeader } from './run-header';
import type { StoredRun } from './run-store';
import { requireTrust } from './trust';

/** Pages get no more than ten messages a second (milliseconds). */
const postInterval = 100;

/** What a hidden tab still tells. */
const marks: Record<ShownStatus, string> = {
  starting: '…',
  running: '▶',
  succeeded: '✓',
  failed: '✗',
  stopped: '■',
  interrupted: '⚠',
};

/** One run's dashboard: sends a snapshot to a page that (re)appears, then what changes. */
export class RunPanel implements vscode.Disposable {
  readonly #feed: RunFeed;
  readonly #inspection: DataInspection;
  readonly #subscriptions: vscode.Disposable[];
  #run: StoredRun | undefined;
  /** Whether a page listens; a hidden one is unloaded, and says `ready` when it is back. */
  #isReady = false;
  #dirty = new Set<ViewPart | 'header' | 'baseline'>();
  /** Of the run whose scores are told, or are being read. */
  #baseline: { run: StoredRun; scores: BaselineScores | null } | undefined;
  /** How far the page has been told. */
  #sent = viewStart;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;
  #rows: Promise<EvaluatedRow[]> | undefined;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly folder: string,
    private readonly services: PanelServices,
  ) {
    this.#run = services.store.find(folder);
    this.#feed = new RunFeed(folder, services.report.log);
    const source = {
      experiment: () => this.#experimentAsTrained(),
      root: () => this.#run?.root ?? '',
      files: [],
      digest: () => this.#digest(),
    };
    this.#inspection = new DataInspection(source, services, (message) => {
      if (this.#isReady) this.#post(message);
    });
    this.#subscriptions = [
      this.#feed,
      this.#inspection,
      this.#feed.onDidChange((parts) => this.#changed(parts)),
      services.store.onDidChange(() => {
        this.#runChanged();
        void this.#show(() => this.#updateBaseline());
      }),
      panel.webview.onDidReceiveMessage((message: FromPage) => void this.#receive(message)),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#isReady = false;
      }),
    ];
    this.#updateTitle();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** The newest baseline may have ended, or be gone; and what a run is of is known when its data is read. */
  async #updateBaseline(): Promise<void> {
    const run = this.#run && baselineOf(this.services.store, this.#run);
    if (run === this.#baseline?.run) return;
    const entry = run && { run, scores: this.#baseline?.scores ?? null };
    this.#baseline = entry;
    if (entry) {
      entry.scores = await baselineScores(entry.run).catch((error: unknown) => {
        // Its folder may be on its way out.
        this.services.report.log.warn(formatError(error));
        return null;
      });
    }
    if (this.#baseline === entry && !this.#isDisposed) this.#changed(new Set(['baseline']));
  }

  #changed(parts: ReadonlySet<ViewPart | 'header' | 'baseline'>): void {
    for (const part of parts) this.#dirty.add(part);
    if (parts.has('evaluation')) this.#rows = undefined;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, postInterval);
  }

  #runChanged(): void {
    const run = this.services.store.find(this.folder);
    if (run === this.#run) return;
    const before = this.#run;
    this.#run = run;
    if (run && before) this.#changed(new Set(['header']));
    else if (run && this.panel.visible) void this.#sendSnapshot();
    else if (!run) this.#post({ type: 'gone', message: 'The folder of this run is gone.' });
  }

  #flush(): void {
    const header = this.#updateTitle();
    if (!this.#isReady || !header) return;
    const { view } = this.#feed;
    const changed: Extract<ToPage, { type: 'delta' }>['changed'] = {};
    if (this.#dirty.has('header') || this.#dirty.has('progress') || this.#dirty.has('epochs')) {
      changed.header = header;
    }
    for (const part of ['data', 'model', 'thaw', 'evaluation', 'labels', 'examples', 'group'] as const) {
      if (this.#dirty.has(part)) Object.assign(changed, { [part]: view[part] });
    }
    if (this.#dirty.has('baseline')) changed.baseline = this.#baseline?.scores ?? null;
    this.#post({ type: 'delta', changed, ...view.since(this.#sent) });
    this.#sentAll();
  }

  #sentAll(): void {
    this.#sent = this.#feed.view.position;
    this.#dirty = new Set();
  }

  #header(run: StoredRun): RunHeader {
    const { store } = this.services;
    const current = store.trialsOf(run.folder).findLast(isLive);
    const header = runHeader(run, this.#feed.view, current && store.feed(current.folder)?.view.progress);
    if (!run.record.parent) return header;
    return { ...header, parent: store.groupOf(run)?.record.group?.kind ?? 'gone' };
  }

  #updateTitle(): RunHeader | undefined {
    if (!this.#run) return undefined;
    const header = this.#header(this.#run);
    const { status, progress, name } = header;
    const percent = status === 'running' ? ` ${Math.floor(100 * progress)} %` : '';
    const title = `${marks[status]}${percent} ${name}`;
    if (this.panel.title !== title) this.panel.title = title;
    return header;
  }

  async #receive(message: FromPage): Promise<void> {
    if (this.#inspection.receive(message)) return;
    switch (message.type) {
      case 'ready':
        return this.#sendSnapshot();
      case 'listRows':
        return this.#answer(message.request, async () => {
          this.#rows ??= readPredictions(this.folder).catch((error: unknown) => {
            this.#rows = undefined;
            throw error;
          });
          const rows = (await this.#rows).filter((row) => matchesFilter(row, message.filter));
          const { offset, limit, request } = message;
          return { type: 'rows', request, total: rows.length, rows: rows.slice(offset, offset + limit) };
        });
      case 'listLabelIssues':
        return this.#answer(message.request, async () => {
          const { offset, limit, request, sorting } = message;
          const issues = sortLabelIssues(readDoubtedLabels(this.folder, this.#run?.root ?? ''), sorting);
          const page = issues.slice(offset, offset + limit);
          return { type: 'labelIssues', request, total: issues.length, issues: page };
        });
      case 'predict':
        return this.#answer(message.request, async () => {
          const prediction = await this.#predict(message.text);
          return { type: 'prediction', request: message.request, prediction };
        });
      case 'openRow':
        return this.#show(() =>
          openPlace(
            { file: resolve(this.#run?.root ?? '', message.file), line: message.line },
            editorColumn(),
          ),
        );
      case 'openRun':
        return this.#show(() => runCommand('textclf.openDashboard', message.folder));
      case 'openTrial':
      case 'adoptTrial': {
        const command = message.type === 'openTrial' ? 'textclf.openDashboard' : 'textclf.adoptTrial';
        return this.#show(() => runCommand(command, join(dirname(this.folder), basename(message.id))));
      }
      case 'command':
        return this.#show(async () => this.#run && pageCommands[message.command](this.#run));
    }
  }

  async #sendSnapshot(): Promise<void> {
    const { store } = this.services;
    await store.ready;
    if (!store.find(this.folder)) store.addRun(this.folder);
    const run = store.find(this.folder);
    this.#run = run;
    if (!run) {
      this.#post({ type: 'gone', message: 'The folder of this run is gone.' });
      return;
    }
    const settings = await readSettings(run.folder);
    await this.#updateBaseline();
    const { view } = this.#feed;
    const { data, model, epochs, thaw, evaluation, labels, examples, group, log } = view;
    const state: RunState = {
      header: this.#header(run),
      curve: view.curve.curve,
      settings,
      baseline: this.#baseline?.scores ?? null,
      ...{ data, model, epochs, thaw, evaluation, labels, examples, group, log },
    };
    this.#isReady = true;
    this.#sentAll();
    // First, so that the data is not read again where its tab is in front.
    this.#post({ type: 'inspection', state: this.#inspection.state });
    this.#post({ type: 'snapshot', state });
  }

  /** Its paths start where the experiment file lay. */
  async #experimentAsTrained(): Promise<{ file: string; text: string }> {
    if (!this.#run) throw new HumanError('The folder of this run is gone.');
    const { experiment } = runPaths(this.folder);
    try {
      return { file: this.#run.record.experimentFile, text: await readFile(experiment, 'utf8') };
    } catch (error) {
      throw fileError('reading', experiment, error);
    }
  }

  /** The rows of a fold are not those of the whole experiment. */
  #digest(): string | undefined {
    return this.#run?.record.parent ? undefined : this.#run?.record.dataDigest;
  }

  async #predict(text: string) {
    requireTrust('predicted');
    const modelFolder = savedModel(this.folder);
    if (!modelFolder) throw new HumanError('This run has no model yet.');
    const { predictions } = await this.services.predictor.request('predict', { modelFolder, texts: [text] });
    return predictions[0]!;
  }

  /** Every request is answered, if only with the reason why not. */
  async #answer(request: number, work: () => Promise<ToPage>): Promise<void> {
    try {
      this.#post(await work());
    } catch (error) {
      if (!(error instanceof HumanError)) this.services.report.log.error(formatError(error));
      this.#post({ type: 'refused', request, message: (error as Error).message });
    }
  }

  async #show(work: () => Thenable<unknown> | Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.services.report.error(error);
    }
  }

  #post(message: ToPage): void {
    // The panel may be closed while an answer is on its way.
    if (this.#isDisposed) return;
    void this.panel.webview.postMessage(message);
  }
}
