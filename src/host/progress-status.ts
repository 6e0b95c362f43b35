import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { validationAccuracy } from '../runs/best';
import { commandLink } from './commands';
import { groupFacts, progressOf } from './group-text';
import { escapeMarkdown } from './markdown';
import { withoutIcons } from './plain-text';
import { RunEndings } from './run-endings';
import type { StoredRun } from './run-store';
import { percent } from './run-text';
import { stateIcons } from './run-tree-items';
import type { Services } from './services';
import { Throttle } from './throttle';

/** How long the result of a run stands there (milliseconds). */
const flashTime = 10_000;

/** Drawn at most this often (milliseconds). */
const interval = 500;

/** One item in the status bar for all that is in training, and for a moment for what came of it. */
export function registerProgressStatus(services: Services): vscode.Disposable {
  const { store, trainings } = services;
  const status = new ProgressStatus(services);
  const endings = new RunEndings(services);
  const redraw = new Throttle(interval, () => status.draw());
  const update = () => redraw.call('');
  update();
  return vscode.Disposable.from(
    status,
    redraw,
    endings,
    endings.onDidEnd((run) => status.flash(run)),
    store.onDidChange(update),
    store.onDidProgress(update),
    trainings.onDidChange(update),
  );
}

class ProgressStatus implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('textclf.progress', vscode.StatusBarAlignment.Left, 10);
  #flashed: StoredRun | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly services: Services) {
    this.#item.name = 'TextClf Training';
  }

  /** Shows for a while how a run ended. */
  flash(run: StoredRun): void {
    this.#flashed = run;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#flashed = undefined;
      this.draw();
    }, flashTime);
    this.draw();
  }

  draw(): void {
    const { live } = this.services.store;
    const shown = this.#flashed ? this.#result(this.#flashed) : this.#progress();
    if (!shown) {
      this.#item.hide();
      return;
    }
    const { icon, text, color } = shown;
    this.#item.text = `$(${icon}) ${withoutIcons(text)}`;
    this.#item.accessibilityInformation = { label: `TextClf: ${text}` };
    this.#item.backgroundColor = color ? new vscode.ThemeColor(color) : undefined;
    this.#item.tooltip = this.#tooltip();
    const run = this.#flashed ?? live[0];
    // What waits is seen in the runs view.
    this.#item.command = run
      ? commandLink('textclf.openDashboard', 'Open Dashboard', run.folder)
      : { command: 'textclf.runs.focus', title: 'Show Runs' };
    this.#item.show();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#item.dispose();
  }

  #result(run: StoredRun) {
    const { name, status, record } = run;
    const accuracy = validationAccuracy(record) ?? record.test?.accuracy;
    const own = accuracy === undefined ? '' : percent(accuracy);
    const facts = record.group ? groupFacts(this.services.store, run).join(', ') : own;
    const result = status === 'succeeded' && facts ? facts : status;
    const color = status === 'failed' ? 'statusBarItem.errorBackground' : undefined;
    return { icon: stateIcons[status].icon, text: `${name}: ${result}`, color };
  }

  #progress() {
    const { store, trainings } = this.services;
    const { live } = store;
    const starting = trainings.pending.filter(({ state }) => state === 'starting').length;
    const queued = trainings.pending.length - starting;
    const feeds = live.map(({ folder }) => store.feed(folder));
    const texts: string[] = [];
    if (live.length === 1) texts.push(`${live[0]!.name}: ${progressOf(store, live[0]!)}`);
    if (live.length > 1) {
      const done = feeds.reduce((sum, feed) => sum + (feed?.view.progress ?? 0), 0) / live.length;
      texts.push(`${live.length} runs, ${Math.floor(100 * done)} %`);
    }
    if (starting > 0) texts.push(`${countOf(starting, 'run')} starting`);
    if (queued > 0) texts.push(`${queued} queued`);
    if (texts.length === 0) return undefined;
    const icon = live.length + starting > 0 ? 'loading~spin' : 'clock';
    return { icon, text: texts.join(', '), color: undefined };
  }

  /** Every run in training, each a link to its dashboard. */
  #tooltip(): vscode.MarkdownString {
    const { store, trainings } = this.services;
    const lines = store.live.map((run) => {
      const { folder, name } = run;
      // Parentheses end a link's address, and encodeURIComponent leaves them.
      const args = encodeURIComponent(JSON.stringify([folder]))
        .replaceAll('(', '%28')
        .replaceAll(')', '%29');
      const command = `command:textclf.openDashboard?${args}`;
      return `[${escapeMarkdown(name)}](${command}): ${escapeMarkdown(progressOf(store, run))}`;
    });
    for (const { experimentFile, state } of trainings.pending) {
      lines.push(`${escapeMarkdown(vscode.workspace.asRelativePath(experimentFile))}: ${state}`);
    }
    if (this.#flashed) lines.unshift(`${escapeMarkdown(this.#flashed.name)}: ${this.#flashed.status}`);
    const tooltip = new vscode.MarkdownString(lines.join('  \n'));
    tooltip.isTrusted = { enabledCommands: ['textclf.openDashboard'] };
    return tooltip;
  }
}
