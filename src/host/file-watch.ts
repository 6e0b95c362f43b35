import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { globStart } from './glob-start';

/** What a watcher of VS Code looks at: a pattern, from a folder on. */
interface Sight {
  folder: string;
  pattern: string;
  /** Only this file of the folder; undefined where all that the pattern matches is meant. */
  file?: string;
}

/** Tells when one of some files comes, changes or goes, wherever they lie. */
export class FileWatch implements vscode.Disposable {
  readonly #watchers = new Map<string, vscode.Disposable>();
  /** Those that are watched by their names, as VS Code writes these. */
  #files = new Set<string>();

  constructor(private readonly onChange: () => void) {}

  /** The files to watch from now on, as absolute paths; folders with all that is in them, and patterns. */
  set(names: readonly string[]): void {
    const sights = names.flatMap(sightsOf);
    this.#files = new Set(
      sights.flatMap(({ file }) => (file === undefined ? [] : [vscode.Uri.file(file).fsPath])),
    );
    const wanted = new Map(sights.map((sight) => [keyOf(sight), sight]));
    for (const [key, watcher] of this.#watchers) {
      if (wanted.has(key)) continue;
      watcher.dispose();
      this.#watchers.delete(key);
    }
    for (const [key, sight] of wanted)
      if (!this.#watchers.has(key)) this.#watchers.set(key, this.#watch(sight));
  }

  dispose(): void {
    this.set([]);
  }

  #watch({ folder, pattern, file }: Sight): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(folder), pattern),
    );
    const tell = (uri: vscode.Uri) => {
      if (file === undefined || this.#files.has(uri.fsPath)) this.onChange();
    };
    watcher.onDidCreate(tell);
    watcher.onDidChange(tell);
    watcher.onDidDelete(tell);
    return watcher;
  }
}

/** A name that exists is meant as it is, whatever brackets are in it. */
function sightsOf(name: string): Sight[] {
  // The folder, not the file: a file's name can have characters that mean something in a pattern.
  const itself: Sight = { folder: dirname(name), pattern: '*', file: name };
  const found = statSync(name, { throwIfNoEntry: false });
  if (found?.isDirectory()) return [itself, { folder: name, pattern: '**' }];
  const glob = found ? undefined : globStart(name);
  return [glob ?? itself];
}

/** Files of one folder share a watcher. */
function keyOf({ folder, pattern, file }: Sight): string {
  return JSON.stringify([folder, pattern, file !== undefined]);
}
