import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { childEnvironment } from './child-environment';
import { setting } from './configuration';
import { failureOf } from './failure';
import type { RunStore, StoredRun } from './run-store';
import { tensorflowEnvironment } from './tensorflow-environment';
import { trainArguments } from './train-arguments';

/** What is to be trained. */
export interface Training {
  experimentFile: vscode.Uri;
  /** Whether the baseline on the experiment's data is meant, not its own model. */
  isBaseline: boolean;
  /** The folder of the run that it goes on from, on the processor. */
  continues?: string | undefined;
}

/** An experiment's own model, its baseline and a run that is continued are three. */
export function isSameTraining(a: Training, b: Training): boolean {
  return (
    a.isBaseline === b.isBaseline &&
    a.continues === b.continues &&
    a.experimentFile.toString() === b.experimentFile.toString()
  );
}

/** A training that waits for its turn, or whose process has not made its run folder yet. */
export interface PendingTraining extends Training {
  state: 'queued' | 'starting';
}

interface Started extends Training {
  pid: number;
  /** Milliseconds since 1970. */
  time: number;
  /** What the process prints. */
  output: string;
  /** The folder of its run, once it is there. */
  folder: string | undefined;
}

const queueKey = 'textclf.waiting';
const oursKey = 'textclf.ours';

/** A training as it is kept while the window is closed. */
interface KeptTraining {
  uri: string;
  isBaseline: boolean;
  continues?: string | undefined;
}

/** More runs than this are hardly under way when a window is reloaded. */
const keptRuns = 50;

/**
 * Starts training processes, no more at a time than the setting allows, and queues the rest. A process belongs to
 * nobody once it runs: it outlives the window, and its run is found again by its folder.
 */
export class Trainings implements vscode.Disposable {
  readonly #queue: Training[];
  readonly #started = new Map<number, Started>();
  /** The folders of the runs that this window started, also before it was reloaded. */
  readonly #ours: Set<string>;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #began = new vscode.EventEmitter<StoredRun>();
  readonly #failed = new vscode.EventEmitter<unknown>();
  readonly #subscriptions: vscode.Disposable[];
  #outputs = 0;

  readonly onDidChange = this.#changed.event;
  /** A run that was started here has its folder. */
  readonly onDidBegin = this.#began.event;
  /** A process ended before it made a run, with the error to show. */
  readonly onDidFail = this.#failed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly store: RunStore,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const waiting = context.workspaceState.get<KeptTraining[]>(queueKey, []);
    this.#queue = waiting.map(({ uri, ...rest }) => ({ experimentFile: vscode.Uri.parse(uri), ...rest }));
    this.#ours = new Set(context.workspaceState.get<string[]>(oursKey, []));
    this.#subscriptions = [
      store.onDidChange(() => this.#lookForRuns()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('textclf.maxConcurrentRuns')) this.#startNext();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#startNext()),
    ];
    // Not before it is known what trains already.
    void store.ready.then(() => this.#startNext());
  }

  /** In the order in which they will run. */
  get pending(): readonly PendingTraining[] {
    const starting = [...this.#started.values()].filter(({ folder }) => folder === undefined);
    const pending = (state: PendingTraining['state']) => (training: Training) => {
      const { experimentFile, isBaseline, continues } = training;
      return { experimentFile, isBaseline, continues, state };
    };
    return [...starting.map(pending('starting')), ...this.#queue.map(pending('queued'))];
  }

  /** Whether a run was started by this window. */
  isOurs({ folder }: StoredRun): boolean {
    return this.#ours.has(folder);
  }

  /** Trains an experiment now or when its turn comes. */
  enqueue(training: Training): void {
    this.#queue.push(training);
    this.#queueChanged();
    this.#startNext();
  }

  /**
   * Takes a waiting training back; false where it waits no more.
   *
   * @param place where it was seen in the queue, from 1: the same can wait there twice. The queue may have moved since.
   */
  cancel(training: Training, place: number): boolean {
    const seen = this.#queue[place - 1];
    const isThere = seen !== undefined && isSameTraining(seen, training);
    const index = isThere
      ? place - 1
      : this.#queue.findLastIndex((waiting) => isSameTraining(waiting, training));
    if (index < 0) return false;
    this.#queue.splice(index, 1);
    this.#queueChanged();
    return true;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
    this.#began.dispose();
    this.#failed.dispose();
  }

  #startNext(): void {
    // A window that was reloaded must not start what waits before the person trusts the folder again.
    if (!vscode.workspace.isTrusted) return;
    const waiting = this.#queue.length;
    while (this.#queue.length > 0 && this.#busy < setting('maxConcurrentRuns')) {
      const next = this.#queue.shift()!;
      try {
        this.#spawn(next);
      } catch (error) {
        this.#failed.fire(error);
      }
    }
    if (this.#queue.length < waiting) this.#queueChanged();
  }

  /** Living runs, whoever started them, and processes that have no run yet. */
  get #busy(): number {
    const early = [...this.#started.values()].filter(({ folder }) => folder === undefined);
    return this.store.live.length + early.length;
  }

  #queueChanged(): void {
    const kept = this.#queue.map(
      ({ experimentFile, ...rest }): KeptTraining => ({ uri: experimentFile.toString(), ...rest }),
    );
    void this.context.workspaceState.update(queueKey, kept);
    this.#changed.fire();
  }

  #spawn(training: Training): void {
    const { experimentFile } = training;
    const root = this.store.rootOf(experimentFile);
    const output = this.#newOutput();
    const printed = openSync(output, 'w');
    const script = this.context.asAbsolutePath(join('dist', 'cli.js'));
    const request = { ...training, experimentFile: experimentFile.fsPath, root };
    const parameters = [script, ...trainArguments(request)];
    this.log.info(`${process.execPath} ${parameters.join(' ')}`);
    // Into a file, not a pipe: a pipe breaks with the window, and the training with it.
    const child = spawn(process.execPath, parameters, {
      cwd: root,
      env: { ...childEnvironment(), ...tensorflowEnvironment(this.context) },
      detached: true,
      stdio: ['ignore', printed, printed],
      windowsHide: true,
    });
    closeSync(printed);
    child.unref();
    if (child.pid === undefined) {
      child.on('error', (error) => this.#failed.fire(error));
      return;
    }
    const started: Started = { ...training, pid: child.pid, time: Date.now(), output, folder: undefined };
    this.#started.set(child.pid, started);
    child.on('exit', (code, signal) => this.#ended(started, code, signal));
  }

  #newOutput(): string {
    const folder = this.context.logUri.fsPath;
    mkdirSync(folder, { recursive: true });
    return join(folder, `training-${Date.now()}-${++this.#outputs}.log`);
  }

  #lookForRuns(): void {
    for (const run of this.store.runs) {
      const started = this.#started.get(run.record.pid);
      if (!started || started.folder !== undefined || !isRunOf(run, started)) continue;
      started.folder = run.folder;
      this.#ours.add(run.folder);
      void this.context.workspaceState.update(oursKey, [...this.#ours].slice(-keptRuns));
      this.#began.fire(run);
      this.#changed.fire();
    }
    this.#startNext();
  }

  #ended(started: Started, code: number | null, signal: NodeJS.Signals | null): void {
    this.store.refresh();
    this.#started.delete(started.pid);
    this.#changed.fire();
    if (started.folder === undefined) this.#failed.fire(earlyEnd(started, code, signal));
    this.#startNext();
  }
}

/** Process ids are used again: an old run may have the same. */
function isRunOf({ record }: StoredRun, { experimentFile, time }: Started): boolean {
  return record.experimentFile === experimentFile.fsPath && Date.parse(record.startedAt) >= time - 1000;
}

/** Why a process made no run: the experiment file has errors, or the process could not even start. */
function earlyEnd(
  { experimentFile, output }: Started,
  code: number | null,
  signal: NodeJS.Signals | null,
): Error {
  const printed = existsSync(output) ? readFileSync(output, 'utf8').trim() : '';
  if (code === 1 && printed !== '') {
    return failureOf(printed.replace(/^error: /, ''), dirname(experimentFile.fsPath));
  }
  return new Error(`the training process ended with ${signal ?? `code ${code}`}: ${printed.slice(-2000)}`);
}
