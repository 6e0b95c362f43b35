import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { formatError } from '../protocol/human-error';
import { type Annotations, annotationsFile, readAnnotations } from '../runs/annotations';
import { bestRun } from '../runs/best';
import { type BrokenRun, newestFirst, type Run, runIds, summaryOf } from '../runs/list';
import { findRoot, runPaths, runsFolder } from '../runs/paths';
import { displayStatus, mayBeRunning } from '../runs/record';
import { stopRequested } from '../runs/stop-request';
import { isLive } from './is-live';
import { RunFeed } from './run-feed';
import { Throttle } from './throttle';

/** A run on disk, as the editor shows it. Objects are replaced, never changed. */
export interface StoredRun extends Run, Annotations {
  /** As a person named it, otherwise the experiment's name. */
  name: string;
  /** The workspace folder (or the folder upwards) whose `.textclf` holds the run. */
  root: string;
  /** It was asked to stop, and has not ended yet. */
  stopping: boolean;
}

interface Entry {
  run: StoredRun | BrokenRun;
  /** When the files that `run` was read from last changed. */
  stamp: string;
}

/** A short epoch changes a record many times a second; nobody reads that fast (milliseconds). */
const refreshInterval = 500;

/** Twice the time between two heartbeats (milliseconds). */
const heartbeatPatience = 10_000;

/** Changes of files are seen at once where the system tells of them, otherwise after this long (milliseconds). */
const pollInterval = 2_000;

/**
 * All runs of the workspace, read from their folders: those that were started here, in a terminal or in another
 * window alike. Living runs are followed, so that their progress is known.
 */
export class RunStore implements vscode.Disposable {
  readonly #entries = new Map<string, Entry>();
  readonly #feeds = new Map<string, RunFeed>();
  /** Since when a run with a living process has said nothing (milliseconds since 1970), by its folder. */
  readonly #silent = new Map<string, number>();
  /** By the root whose runs are shown. */
  readonly #watchers = new Map<string, vscode.Disposable>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #progressed = new vscode.EventEmitter<string>();
  readonly #poll: NodeJS.Timeout;
  #first: NodeJS.Timeout | undefined;
  readonly #refresh = new Throttle(refreshInterval, () => this.refresh());
  readonly #subscriptions: vscode.Disposable[];
  #runs: StoredRun[] = [];
  #all: StoredRun[] = [];
  /** The runs of a group, by its folder. */
  #trials = new Map<string, StoredRun[]>();
  #broken: BrokenRun[] = [];

  /** The runs have been read once: after the activation, which is not to wait for a disk. */
  readonly ready: Promise<void>;

  /** The list of runs, or what is said of one, changed. */
  readonly onDidChange = this.#changed.event;
  /** A living run, given by its folder, went on. */
  readonly onDidProgress = this.#progressed.event;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.#subscriptions = [vscode.workspace.onDidChangeWorkspaceFolders(() => this.#watchWorkspace())];
    this.ready = new Promise((done) => {
      this.#first = setTimeout(() => {
        this.#watchWorkspace();
        done();
        void this.#findRoots();
      });
    });
    this.#poll = setInterval(() => this.refresh(), pollInterval);
  }

  /** Newest first. Those of a group are not among them while the group's own run is there: it stands for them. */
  get runs(): readonly StoredRun[] {
    return this.#runs;
  }

  /** Those of groups too, newest first. */
  get all(): readonly StoredRun[] {
    return this.#all;
  }

  /** The runs of a group, in the order in which they began. */
  trialsOf(folder: string): readonly StoredRun[] {
    return this.#trials.get(folder) ?? [];
  }

  /** The run that stands for the group which a run is of. */
  groupOf(run: StoredRun): StoredRun | undefined {
    return run.record.parent && this.find(join(dirname(run.folder), run.record.parent.id));
  }

  /** Folders without a readable record. */
  get broken(): readonly BrokenRun[] {
    return this.#broken;
  }

  get live(): readonly StoredRun[] {
    return this.#runs.filter(isLive);
  }

  find(folder: string): StoredRun | undefined {
    const entry = this.#entries.get(folder)?.run;
    return entry?.type === 'run' ? entry : undefined;
  }

  /** The runs of an experiment file, newest first. */
  runsOf(experimentFile: vscode.Uri): StoredRun[] {
    return this.#runs.filter(({ record }) => record.experimentFile === experimentFile.fsPath);
  }

  best(runs: readonly StoredRun[] = this.#runs): StoredRun | undefined {
    return bestRun(
      runs.filter(({ hasModel }) => hasModel),
      ({ folder }) => this.trialsOf(folder),
    );
  }

  /** The progress of a living run, also of one of a group; undefined for others. */
  feed(folder: string): RunFeed | undefined {
    return this.#feeds.get(folder);
  }

  /** Where the runs of an experiment file go. Runs there are shown from now on. */
  rootOf(experimentFile: vscode.Uri): string {
    const folder = vscode.workspace.getWorkspaceFolder(experimentFile)?.uri;
    const root = findRoot(folder?.fsPath ?? join(experimentFile.fsPath, '..'));
    this.#addRoot(root);
    return root;
  }

  /** Looks at the disk now. */
  refresh(): void {
    let changed = false;
    const seen = new Set<string>();
    for (const root of this.#watchers.keys()) {
      for (const folder of this.#foldersOf(root)) {
        seen.add(folder);
        try {
          if (this.#update(root, folder)) changed = true;
        } catch (error) {
          // One folder that can't be read (of another user, say) is no reason to show none.
          this.log.error(formatError(error));
        }
      }
    }
    for (const folder of this.#entries.keys()) {
      if (seen.has(folder)) continue;
      this.#entries.delete(folder);
      changed = true;
    }
    if (!changed) return;
    const entries = [...this.#entries.values()].map(({ run }) => run);
    this.#all = newestFirst(entries.filter((run) => run.type === 'run'));
    this.#runs = this.#all.filter((run) => !this.groupOf(run));
    this.#trials = this.#byGroup();
    this.#broken = newestFirst(entries.filter((run) => run.type === 'broken'));
    this.#followLive();
    this.#changed.fire();
  }

  dispose(): void {
    clearTimeout(this.#first);
    clearInterval(this.#poll);
    this.#refresh.dispose();
    const all = [this.#subscriptions, this.#feeds.values(), this.#watchers.values()];
    for (const list of all) for (const item of list) item.dispose();
    this.#changed.dispose();
    this.#progressed.dispose();
  }

  #watchWorkspace(): void {
    const folders = vscode.workspace.workspaceFolders ?? [];
    for (const { uri } of folders) if (uri.scheme === 'file') this.#addRoot(findRoot(uri.fsPath));
    this.refresh();
  }

  /** A terminal puts runs beside an experiment that lies in a subfolder. */
  async #findRoots(): Promise<void> {
    const files = await vscode.workspace.findFiles('**/*.textclf.json', '**/node_modules/**', 1_000);
    for (const { scheme, fsPath } of files) if (scheme === 'file') this.#addRoot(findRoot(dirname(fsPath)));
    this.refresh();
  }

  /** Shows the runs beside this one from now on: its dashboard may be open while its folder is not. */
  addRun(folder: string): void {
    this.#addRoot(resolve(folder, '../../..'));
    this.refresh();
  }

  #addRoot(root: string): void {
    if (this.#watchers.has(root)) return;
    const pattern = new vscode.RelativePattern(
      vscode.Uri.file(root),
      '.textclf/runs/*/{run.json,annotations.json,stop}',
    );
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const refresh = () => this.#refresh.call('all');
    watcher.onDidCreate(refresh);
    watcher.onDidChange(refresh);
    watcher.onDidDelete(refresh);
    this.#watchers.set(root, watcher);
  }

  #foldersOf(root: string): string[] {
    try {
      return runIds(root).map((id) => join(runsFolder(root), id));
    } catch (error) {
      this.log.error(formatError(error));
      return [];
    }
  }

  /** Whether something about the run changed. */
  #update(root: string, folder: string): boolean {
    const before = this.#entries.get(folder);
    const { record, model, stop } = runPaths(folder);
    const files = [record, annotationsFile(folder), model, stop];
    const stamp = files.map(stampOf).join(' ');
    if (before?.stamp === stamp) return before.run.type === 'run' && this.#checkPulse(folder, before.run);
    const summary = summaryOf(folder);
    if (!summary) return this.#entries.delete(folder);
    this.#entries.set(folder, { run: summary.type === 'run' ? stored(summary, root) : summary, stamp });
    // A heartbeat alone is no news.
    return before === undefined || !sameRun(before.run, this.#entries.get(folder)!.run);
  }

  #byGroup(): Map<string, StoredRun[]> {
    const groups = new Map<string, StoredRun[]>();
    for (const run of this.#all) {
      const group = this.groupOf(run);
      if (!group) continue;
      const trials = groups.get(group.folder) ?? [];
      trials.push(run);
      groups.set(group.folder, trials);
    }
    for (const trials of groups.values()) {
      trials.sort((a, b) => a.record.parent!.index - b.record.parent!.index);
    }
    return groups;
  }

  /** A run whose process died changes without any file changing. */
  #checkPulse(folder: string, run: StoredRun): boolean {
    const status = displayStatus(run.record);
    if (status === run.status) {
      this.#silent.delete(folder);
      return false;
    }
    // After a machine's sleep the next heartbeat is a few seconds away.
    const since = this.#silent.get(folder) ?? Date.now();
    this.#silent.set(folder, since);
    if (mayBeRunning(run.record) && Date.now() - since < heartbeatPatience) return false;
    this.#entries.get(folder)!.run = { ...run, status, stopping: false };
    return true;
  }

  #followLive(): void {
    for (const { folder } of this.#all.filter(isLive)) {
      if (this.#feeds.has(folder)) continue;
      const feed = new RunFeed(folder, this.log);
      feed.onDidChange((parts) => {
        if (parts.has('progress') || parts.has('group')) this.#progressed.fire(folder);
        if (feed.view.finished) this.refresh();
      });
      this.#feeds.set(folder, feed);
    }
    for (const [folder, feed] of this.#feeds) {
      const run = this.find(folder);
      if (run && isLive(run)) continue;
      feed.dispose();
      this.#feeds.delete(folder);
    }
  }
}

function stored(run: Run, root: string): StoredRun {
  const annotations = readAnnotations(run.folder);
  const stopping = isLive(run) && stopRequested(run.folder);
  // As VS Code writes paths: on Windows with a small drive letter.
  const experimentFile = vscode.Uri.file(run.record.experimentFile).fsPath;
  const record = { ...run.record, experimentFile };
  return { ...run, record, ...annotations, name: annotations.name ?? record.name, root, stopping };
}

/** A file's identity: every atomic replacement makes a new one. */
function stampOf(file: string): string {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats ? `${stats.ino}:${stats.mtimeMs}:${stats.size}` : '-';
  } catch {
    // In a folder of another user, say: reading it tells why, once, and the run is listed as broken.
    return '?';
  }
}

function sameRun(a: StoredRun | BrokenRun, b: StoredRun | BrokenRun): boolean {
  const withoutPulse = (run: StoredRun | BrokenRun) =>
    run.type === 'run'
      ? JSON.stringify({ ...run, record: { ...run.record, heartbeat: '' } })
      : `${run.id} ${run.problem.message}`;
  return withoutPulse(a) === withoutPulse(b);
}
