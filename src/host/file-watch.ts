import { dirname } from 'node:path';
import * as vscode from 'vscode';

/** Tells when one of some files comes, changes or goes, wherever they lie. */
export class FileWatch implements vscode.Disposable {
  readonly #folders = new Map<string, vscode.Disposable>();
  #files = new Set<string>();

  constructor(private readonly onChange: () => void) {}

  /** The files to watch from now on, as absolute paths. */
  set(files: readonly string[]): void {
    this.#files = new Set(files);
    const folders = new Set(files.map((file) => dirname(file)));
    for (const [folder, watcher] of this.#folders) {
      if (folders.has(folder)) continue;
      watcher.dispose();
      this.#folders.delete(folder);
    }
    for (const folder of folders)
      if (!this.#folders.has(folder)) this.#folders.set(folder, this.#watch(folder));
  }

  dispose(): void {
    this.set([]);
  }

  /** The folder, not the file: a file's name can have characters that mean something in a pattern. */
  #watch(folder: string): vscode.Disposable {
    const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), '*');
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const tell = (uri: vscode.Uri) => {
      if (this.#files.has(uri.fsPath)) this.onChange();
    };
    watcher.onDidCreate(tell);
    watcher.onDidChange(tell);
    watcher.onDidDelete(tell);
    return watcher;
  }
}
