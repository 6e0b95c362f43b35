import type * as vscode from 'vscode';
import type { ComparedRun, FromPage, ToPage } from '../protocol/dashboard';
import { differingSettings } from '../runs/compare';
import { readSettings } from '../runs/settings';
import { runCommand } from './commands';
import type { PanelServices } from './panel-services';
import { RunFeed } from './run-feed';
import { runHeader } from './run-header';

/** Comparisons are redrawn whole, so not more often than this (milliseconds). */
const postInterval = 1_000;

/** Several runs in one dashboard: their curves over each other, and the options in which they differ. */
export class ComparisonPanel implements vscode.Disposable {
  readonly #feeds: RunFeed[];
  readonly #subscriptions: vscode.Disposable[];
  /** What each run was started with, by its folder: it never changes. */
  readonly #settings = new Map<string, unknown>();
  #isReady = false;
  #timer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly folders: readonly string[],
    private readonly services: PanelServices,
  ) {
    this.#feeds = folders.map((folder) => new RunFeed(folder, services.report.log));
    this.#subscriptions = [
      ...this.#feeds,
      ...this.#feeds.map((feed) => feed.onDidChange(() => this.#changed())),
      services.store.onDidChange(() => this.#changed()),
      panel.webview.onDidReceiveMessage((message: FromPage) => this.#receive(message)),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#isReady = false;
      }),
    ];
    panel.title = `Compare ${folders.length} runs`;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#isReady = false;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #receive(message: FromPage): void {
    if (message.type === 'ready') {
      void this.#begin();
    } else if (message.type === 'openRun') {
      void runCommand('textclf.openDashboard', message.folder);
    }
  }

  async #begin(): Promise<void> {
    const { store } = this.services;
    await store.ready;
    for (const folder of this.folders) {
      if (!store.find(folder)) store.addRun(folder);
      this.#settings.set(folder, (await readSettings(folder)) ?? {});
    }
    this.#isReady = !this.#isDisposed;
    this.#send();
  }

  #changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#send();
    }, postInterval);
  }

  #send(): void {
    if (!this.#isReady) return;
    // Runs that were deleted since are left out.
    const feeds = this.#feeds.filter(({ folder }) => this.services.store.find(folder));
    const message: ToPage =
      feeds.length === 0
        ? { type: 'gone', message: 'The runs that were compared here are gone.' }
        : {
            type: 'comparison',
            state: {
              runs: feeds.map((feed) => this.#compared(feed)),
              settings: differingSettings(feeds.map(({ folder }) => this.#settings.get(folder))),
            },
          };
    void this.panel.webview.postMessage(message);
  }

  #compared({ folder, view }: RunFeed): ComparedRun {
    const { id, name, status, startedAt } = runHeader(this.services.store.find(folder)!, view);
    const { epochs, evaluation } = view;
    return { id, folder, name, status, startedAt, curve: view.curve.curve, epochs, evaluation };
  }
}
