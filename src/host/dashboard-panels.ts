import * as vscode from 'vscode';
import { ComparisonPanel } from './comparison-panel';
import { DataPanel } from './data-panel';
import { type PageState, pageHtml, parsePageState, webviewOptions } from './page';
import type { PanelServices } from './panel-services';
import { RunPanel } from './run-panel';

interface Page extends vscode.Disposable {
  readonly panel: vscode.WebviewPanel;
}

const viewTypes = {
  run: 'textclf.dashboard',
  comparison: 'textclf.comparison',
  data: 'textclf.data',
} as const;

/** The open pages: one a run, comparisons, and those about data. They come back after a reload. */
export class DashboardPanels implements vscode.Disposable {
  readonly #pages = new Map<string, Page>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly services: PanelServices) {
    this.#subscriptions = Object.values(viewTypes).map((viewType) =>
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: async (panel, state) => {
          const parsed = parsePageState(state);
          if (parsed) this.#fill(panel, parsed);
          else panel.dispose();
        },
      }),
    );
  }

  /** Shows a run's dashboard, beside the editor where it is opened anew. */
  open(folder: string, { preserveFocus = false } = {}): void {
    this.#show({ kind: 'run', folder }, preserveFocus);
  }

  openComparison(folders: readonly string[]): void {
    this.#show({ kind: 'comparison', folders: [...folders] }, false);
  }

  /** What there is to know of an experiment's data, or of a data file's. */
  openData(file: string): void {
    const state: PageState = { kind: 'data', file };
    const open = this.#pages.get(keyOf(state));
    if (open instanceof DataPanel) open.refresh();
    this.#show(state, false);
  }

  isVisible(folder: string): boolean {
    return this.#pages.get(keyOf({ kind: 'run', folder }))?.panel.visible === true;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const page of this.#pages.values()) page.dispose();
  }

  #show(state: PageState, preserveFocus: boolean): void {
    const open = this.#pages.get(keyOf(state));
    if (open) {
      open.panel.reveal(undefined, preserveFocus);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      viewTypes[state.kind],
      'TextClf',
      { viewColumn: this.#column(), preserveFocus },
      webviewOptions(this.services.context.extensionUri),
    );
    this.#fill(panel, state);
  }

  /** With the other dashboards if there are any, otherwise beside the editor. */
  #column(): vscode.ViewColumn {
    const other = [...this.#pages.values()].at(-1)?.panel.viewColumn;
    const isEmpty = vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
    return other ?? (isEmpty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside);
  }

  #fill(panel: vscode.WebviewPanel, state: PageState): void {
    const { extensionUri } = this.services.context;
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `tab-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.options = webviewOptions(extensionUri);
    const page = this.#pageOf(panel, state);
    const key = keyOf(state);
    this.#pages.set(key, page);
    panel.onDidDispose(() => {
      if (this.#pages.get(key) === page) this.#pages.delete(key);
      page.dispose();
    });
    // Last, so that nobody misses the page's first word.
    panel.webview.html = pageHtml(panel.webview, extensionUri, state);
  }

  #pageOf(panel: vscode.WebviewPanel, state: PageState): Page {
    switch (state.kind) {
      case 'run':
        return new RunPanel(panel, state.folder, this.services);
      case 'comparison':
        return new ComparisonPanel(panel, state.folders, this.services);
      case 'data':
        return new DataPanel(panel, state.file, this.services);
    }
  }
}

function keyOf(state: PageState): string {
  if (state.kind === 'run') return state.folder;
  return state.kind === 'data' ? `data ${state.file}` : `compare ${[...state.folders].sort().join(' ')}`;
}
