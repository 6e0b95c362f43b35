import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { DataCommand, FromPage, ToPage } from '../protocol/dashboard';
import { fileError } from '../protocol/file-error';
import { runCommand } from './commands';
import { DataInspection, shownPath } from './data-inspection';
import { editorColumn } from './editor-column';
import { openDocument } from './experiment-file';
import type { PanelServices } from './panel-services';
import { openPlace } from './report';

/** What the page's buttons do. */
const actions: Record<DataCommand, (file: string) => Thenable<unknown>> = {
  openFile: async (file) => {
    const isFolder = (await stat(file)).isDirectory();
    return isFolder ? showInExplorer(file) : openPlace({ file }, editorColumn());
  },
  train: (file) => runCommand('textclf.train', vscode.Uri.file(file)),
  newExperiment: (file) => runCommand('textclf.newExperiment', vscode.Uri.file(file)),
};

function isExperimentFile(file: string): boolean {
  return file.endsWith('.textclf.json');
}

/** A page about the data of an experiment file, or about a data file by itself. */
export class DataPanel implements vscode.Disposable {
  readonly #inspection: DataInspection;
  readonly #subscriptions: vscode.Disposable[];
  readonly #root: string;
  /** Whether a page listens; a hidden one is unloaded, and says `ready` when it is back. */
  #isReady = false;
  #isDisposed = false;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly file: string,
    private readonly services: PanelServices,
  ) {
    const uri = vscode.Uri.file(file);
    this.#root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(file);
    const source = {
      experiment: async () => (isExperimentFile(file) ? experimentNow(uri) : { file }),
      root: () => this.#root,
      files: [file],
    };
    this.#inspection = new DataInspection(source, services, (message) => this.#post(message));
    this.#subscriptions = [
      this.#inspection,
      panel.webview.onDidReceiveMessage((message: FromPage) => void this.#receive(message)),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.#isReady = false;
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // Of a data file only what is saved counts.
        const isOurs = document.uri.toString() === uri.toString() && isExperimentFile(file);
        if (isOurs && contentChanges.length > 0) this.#inspection.stale();
      }),
    ];
    panel.title = `Data: ${basename(file, '.textclf.json')}`;
  }

  /** Looks again: the data may have changed since it was last asked for. */
  refresh(): void {
    const { state } = this.#inspection;
    const isFresh = state.status === 'reading' || (state.status === 'ready' && !state.isStale);
    if (!isFresh) void this.#inspection.start();
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #receive(message: FromPage): Promise<void> {
    if (this.#inspection.receive(message)) return;
    try {
      if (message.type === 'ready') this.#begin();
      else if (message.type === 'openRow') {
        const { file, line } = message;
        await openPlace({ file: resolve(this.#root, file), line }, editorColumn());
      } else if (message.type === 'dataCommand') await actions[message.command](this.file);
    } catch (error) {
      await this.services.report.error(error);
    }
  }

  #begin(): void {
    const { file } = this;
    this.#isReady = true;
    if (this.#inspection.state.status === 'none') void this.#inspection.start();
    const { state: inspection } = this.#inspection;
    const kind = isExperimentFile(file) ? 'experiment' : 'data file';
    const shown = shownPath(this.#root, file);
    this.#post({ type: 'data', state: { kind, name: basename(file), file: shown, inspection } });
  }

  #post(message: ToPage): void {
    if (this.#isReady && !this.#isDisposed) void this.panel.webview.postMessage(message);
  }
}

function showInExplorer(folder: string): Thenable<unknown> {
  return vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(folder));
}

/** As it stands in its editor; as it was saved where it has none. */
async function experimentNow(uri: vscode.Uri): Promise<{ file: string; text: string }> {
  const file = uri.fsPath;
  try {
    return { file, text: openDocument(uri)?.getText() ?? (await readFile(file, 'utf8')) };
  } catch (error) {
    throw fileError('reading', file, error);
  }
}
