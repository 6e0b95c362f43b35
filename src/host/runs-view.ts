import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { byExperiment } from './by-experiment';
import { GroupStates } from './group-states';
import { bestFirst, trialIn } from './group-text';
import { registerRunActions } from './run-actions';
import type { StoredRun } from './run-store';
import { runTooltip } from './run-tooltip';
import {
  brokenTreeItem,
  experimentTreeItem,
  pendingKey,
  pendingTreeItem,
  runTreeItem,
} from './run-tree-items';
import type { Services } from './services';
import { Throttle } from './throttle';
import type { PendingTraining } from './trainings';
import { chosenByKeyboard } from './tree-focus';

/** Elements of the tree are what commands take as their arguments. */
export type RunsNode =
  | { readonly kind: 'experiment'; readonly experimentFile: vscode.Uri }
  | {
      readonly kind: 'pending';
      readonly experimentFile: vscode.Uri;
      readonly training: PendingTraining;
      /** Among all in the same state, from 1. */
      readonly place: number;
    }
  | { readonly kind: 'run' | 'broken'; readonly runFolder: string };

interface Experiment {
  file: string;
  node: RunsNode & { kind: 'experiment' };
  /** Waiting or starting ones first, then the runs, newest first. */
  children: RunsNode[];
  runs: number;
  name: string;
}

/** A run is drawn at most this often (milliseconds). */
const runInterval = 500;

/** "5 min ago" goes on (milliseconds). */
const ageInterval = 60_000;

/** The view of all runs, by experiment, and what can be done with them. */
export function registerRunsView(services: Services): vscode.Disposable {
  const { store, trainings } = services;
  const tree = new RunsTree(services);
  const view = vscode.window.createTreeView('textclf.runs', { treeDataProvider: tree, canSelectMany: true });
  const updateBadge = () => {
    const live = store.live.length;
    view.badge = live > 0 ? { value: live, tooltip: `${countOf(live, 'run')} in training` } : undefined;
  };
  updateBadge();
  const ages = setInterval(() => {
    if (view.visible) tree.redraw();
  }, ageInterval);
  return vscode.Disposable.from(
    view,
    tree,
    new vscode.Disposable(() => clearInterval(ages)),
    store.onDidChange(updateBadge),
    trainings.onDidBegin(({ folder }) => {
      // The run is new, and the tree may hear of it after this.
      tree.update();
      const node = tree.nodeOf(folder);
      // Without stealing the focus, and without opening the container for it.
      if (node && view.visible) void view.reveal(node, { select: true, focus: false });
    }),
    registerRunActions(services, async () => (await chosenByKeyboard(view)).filter(isRun)),
  );
}

class RunsTree implements vscode.TreeDataProvider<RunsNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<RunsNode | undefined>();
  readonly #drawRun: Throttle;
  readonly #subscriptions: vscode.Disposable[];
  /** By the file's path. */
  #experiments = new Map<string, Experiment>();
  /** By the run's folder. VS Code tells nodes by their identity, so a run keeps its node. */
  #nodes = new Map<string, RunsNode>();
  #names = new Map<string, number>();
  #broken = '';
  /** As they were drawn last, those of groups too. */
  #runs: ReadonlySet<StoredRun> = new Set();
  /** What is under each group, by its folder. */
  #trials = new Map<string, readonly StoredRun[]>();
  readonly #groups: GroupStates;
  /** What a living group last told of its runs, by its folder. */
  readonly #told = new Map<string, string>();

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(private readonly services: Services) {
    const { store, trainings } = services;
    this.#groups = new GroupStates(store);
    this.#drawRun = new Throttle(runInterval, (folder) => {
      const node = this.nodeOf(folder);
      if (node) this.#changed.fire(node);
    });
    // An experiment whose file comes or goes is marked.
    const files = vscode.workspace.createFileSystemWatcher('**/*.textclf.json', false, true, false);
    this.#subscriptions = [
      this.#drawRun,
      files,
      files.onDidCreate(() => this.redraw()),
      files.onDidDelete(() => this.redraw()),
      store.onDidChange(() => this.update()),
      store.onDidProgress((folder) => this.#progressed(folder)),
      trainings.onDidChange(() => this.update()),
    ];
    this.#take();
  }

  redraw(): void {
    this.#changed.fire(undefined);
  }

  /**
   * Draws what has changed and nothing else: while the whole tree is drawn anew, for a moment no element in it can
   * be clicked, and a run in training changes with each epoch.
   */
  update(): void {
    const before = {
      ...{ experiments: this.#experiments, broken: this.#broken },
      ...{ runs: this.#runs, trials: this.#trials },
    };
    this.#take();
    const files = [...this.#experiments.keys()];
    if (!isSame(files, [...before.experiments.keys()]) || this.#broken !== before.broken) {
      this.redraw();
      return;
    }
    for (const { file, node, children } of this.#experiments.values()) {
      if (!isSame(children, before.experiments.get(file)!.children)) this.#changed.fire(node);
    }
    for (const [folder, trials] of this.#trials) {
      const known = before.trials.get(folder) ?? [];
      if (trials.length !== known.length) this.#drawRun.call(folder);
    }
    for (const run of this.#runs) if (!before.runs.has(run)) this.#drawRun.call(run.folder);
  }

  /** A group is drawn anew, with all that is in it, where one of its runs has come further than to its next batch. */
  #progressed(folder: string): void {
    const group = this.services.store.feed(folder)?.view.group;
    if (group) {
      const told = group.trials.map(({ status, value }) => `${status} ${value}`).join();
      if (this.#told.get(folder) === told) return;
      this.#told.set(folder, told);
    }
    this.#drawRun.call(folder);
  }

  nodeOf(folder: string): RunsNode | undefined {
    return this.#nodes.get(folder);
  }

  getChildren(node?: RunsNode): RunsNode[] | Promise<RunsNode[]> {
    if (node?.kind === 'experiment') return this.#experiments.get(node.experimentFile.fsPath)?.children ?? [];
    if (node?.kind === 'run') return this.#trialNodes(node.runFolder);
    if (node) return [];
    const experiments = [...this.#experiments.values()].map((experiment) => experiment.node);
    // A folder that can't be read doesn't say whose run it was.
    return [...experiments, ...this.services.store.broken.map(({ folder }) => this.#nodes.get(folder)!)];
  }

  getParent(node: RunsNode): RunsNode | undefined {
    if (node.kind === 'pending') return this.#experiments.get(node.experimentFile.fsPath)?.node;
    const { store } = this.services;
    const run = node.kind === 'run' ? store.find(node.runFolder) : undefined;
    const group = run && store.groupOf(run);
    if (group) return this.nodeOf(group.folder);
    return run && this.#experiments.get(run.record.experimentFile)?.node;
  }

  getTreeItem(node: RunsNode): vscode.TreeItem {
    const { store } = this.services;
    switch (node.kind) {
      case 'experiment':
        return this.#experimentItem(node.experimentFile);
      case 'pending':
        return pendingTreeItem(node.training, node.place);
      case 'run': {
        const run = store.find(node.runFolder);
        if (!run) return new vscode.TreeItem(basename(node.runFolder));
        const group = store.groupOf(run);
        return runTreeItem(run, store, group && trialIn(this.#groups.known(group), run));
      }
      case 'broken': {
        const broken = store.broken.find(({ folder }) => folder === node.runFolder);
        return broken ? brokenTreeItem(broken) : new vscode.TreeItem(basename(node.runFolder));
      }
    }
  }

  /** Made only for the one run that the pointer is over. */
  resolveTreeItem(item: vscode.TreeItem, node: RunsNode): vscode.TreeItem {
    const run = node.kind === 'run' ? this.services.store.find(node.runFolder) : undefined;
    if (run) item.tooltip = runTooltip(run, this.services.store);
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  async #trialNodes(folder: string): Promise<RunsNode[]> {
    const { store } = this.services;
    const run = store.find(folder);
    if (!run?.record.group) return [];
    const trials = store.trialsOf(folder);
    const state = await this.#groups.read(run);
    const sorted = run.record.group.kind === 'search' ? bestFirst(state, trials) : trials;
    return sorted.flatMap((trial) => this.nodeOf(trial.folder) ?? []);
  }

  #experimentItem(file: vscode.Uri): vscode.TreeItem {
    const { name, runs } = this.#experiments.get(file.fsPath) ?? { name: nameOf(file.fsPath), runs: 0 };
    const isAmbiguous = (this.#names.get(name) ?? 0) > 1;
    // With the workspace folder's name, which stands alone for files directly in it.
    const folder = isAmbiguous ? dirname(vscode.workspace.asRelativePath(file, true)) : undefined;
    return experimentTreeItem(file, name, folder, runs);
  }

  /** Takes in what there is now. What was there before keeps its node. */
  #take(): void {
    const { store, trainings } = this.services;
    const before = { nodes: this.#nodes, experiments: this.#experiments };
    this.#nodes = new Map();
    this.#experiments = new Map();
    this.#names = new Map();
    const keep = (key: string, node: RunsNode) => {
      const known = before.nodes.get(key);
      const kept = known?.kind === node.kind ? known : node;
      this.#nodes.set(key, kept);
      return kept;
    };
    for (const { folder } of store.broken) keep(folder, { kind: 'broken', runFolder: folder });
    this.#broken = store.broken.map(({ folder }) => folder).join('\n');
    this.#runs = new Set(store.all);
    this.#trials = new Map(store.runs.map(({ folder }) => [folder, store.trialsOf(folder)]));
    this.#groups.keep(store.runs);
    for (const { folder } of store.all) keep(folder, { kind: 'run', runFolder: folder });

    const runs = byExperiment(store.runs);
    const pending = pendingNodes(trainings.pending);
    const files = new Set([...runs.keys(), ...pending.map(({ experimentFile }) => experimentFile.fsPath)]);
    const named = [...files].map((file) => ({ file, name: nameOf(file) }));
    named.sort((a, b) => a.name.localeCompare(b.name) || a.file.localeCompare(b.file));
    for (const { file, name } of named) {
      const own = runs.get(file) ?? [];
      const waiting = pending
        .filter(({ experimentFile }) => experimentFile.fsPath === file)
        .map((node) => keep(pendingKey(node.training, node.place), node));
      this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
      this.#experiments.set(file, {
        file,
        node: before.experiments.get(file)?.node ?? {
          kind: 'experiment',
          experimentFile: vscode.Uri.file(file),
        },
        children: [...waiting, ...own.map(({ folder }) => this.#nodes.get(folder)!)],
        runs: own.length,
        name,
      });
    }
  }
}

function isRun(node: RunsNode): node is RunsNode & { runFolder: string } {
  return 'runFolder' in node;
}

function isSame<Value>(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function pendingNodes(pending: readonly PendingTraining[]): (RunsNode & { kind: 'pending' })[] {
  const places = { starting: 0, queued: 0 };
  return pending.map((training) => ({
    kind: 'pending',
    experimentFile: training.experimentFile,
    training,
    place: ++places[training.state],
  }));
}

function nameOf(file: string): string {
  return basename(file).replace(/\.textclf\.json$/, '');
}
