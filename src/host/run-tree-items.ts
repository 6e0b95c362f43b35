import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import type { GroupKind } from '../protocol/events';
import { validationAccuracy } from '../runs/best';
import type { BrokenRun } from '../runs/list';
import type { DisplayStatus } from '../runs/record';
import { isAdoptable } from './adopt-trial';
import { commandLink } from './commands';
import { groupFacts, progressOf, type Trial, trialFacts } from './group-text';
import { isContinuable } from './is-continuable';
import { isLive } from './is-live';
import { escapeMarkdown } from './markdown';
import { ageText } from './plain-text';
import type { RunStore, StoredRun } from './run-store';
import { accuracyText, percent } from './run-text';
import type { PendingTraining } from './trainings';

/** How a run's state is drawn, here and in the status bar. */
export const stateIcons: Record<DisplayStatus, { icon: string; color?: string }> = {
  starting: { icon: 'loading~spin' },
  running: { icon: 'loading~spin' },
  succeeded: { icon: 'pass', color: 'testing.iconPassed' },
  failed: { icon: 'error', color: 'testing.iconFailed' },
  stopped: { icon: 'debug-stop', color: 'testing.iconSkipped' },
  interrupted: { icon: 'warning', color: 'problemsWarningIcon.foreground' },
};

/** What a run that stands for several is drawn as once it is over. */
const groupIcons: Record<GroupKind, string> = { search: 'search', folds: 'layers', repeat: 'versions' };

/** A run of a group that was stopped early, because it was not among the best. */
const prunedIcon = { icon: 'circle-slash', color: 'testing.iconSkipped' };

/**
 * A run; one that stands for several can be opened to them.
 *
 * @param trial what its group tells of it, if it is of one
 */
export function runTreeItem(run: StoredRun, store: RunStore, trial: Trial | undefined): vscode.TreeItem {
  const { group } = run.record;
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(nameIn(store, run), group ? Collapsed : None);
  const facts = factsOf(run, store, trial);
  item.id = run.folder;
  item.iconPath = iconOf(run, trial);
  item.description = [run.starred ? '★' : '', facts.join(' · ')].filter(Boolean).join('  ');
  item.contextValue = contextOf(run, store);
  // Keys go on to mean the run, as in the explorer.
  item.command = commandLink('textclf.openDashboard', 'Open Dashboard', run.folder, { preserveFocus: true });
  const told = group || trial ? [item.label, run.status, ...facts] : plainFacts(run, store);
  if (run.starred) told.push('starred');
  item.accessibilityInformation = { label: told.filter(Boolean).join(', ') };
  return item;
}

/** Under its group, "trial 7" says it all; unless a person has named it. */
function nameIn(store: RunStore, run: StoredRun): string {
  const { parent, name } = run.record;
  return parent && store.groupOf(run) && run.name === name ? parent.label : run.name;
}

function iconOf(run: StoredRun, trial: Trial | undefined): vscode.ThemeIcon {
  const { group } = run.record;
  if (group && run.status === 'succeeded') return new vscode.ThemeIcon(groupIcons[group.kind]);
  const { icon, color } = trial?.status === 'pruned' ? prunedIcon : stateIcons[run.status];
  return new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
}

/** The result in the fewest words, or how far the run is. */
function factsOf(run: StoredRun, store: RunStore, trial: Trial | undefined): string[] {
  if (run.stopping) return ['stopping …'];
  if (run.record.group) {
    const end = isLive(run)
      ? []
      : [...(run.status === 'succeeded' ? [] : [run.status]), ageText(lastSeen(run))];
    return [...groupFacts(store, run), ...end];
  }
  const progress = isLive(run) ? [progressOf(store, run)] : [];
  if (trial) return [...progress, ...trialFacts(trial)];
  if (isLive(run)) return progress;
  const accuracy = validationAccuracy(run.record) ?? run.record.test?.accuracy;
  const result = run.status === 'failed' || accuracy === undefined ? run.status : percent(accuracy);
  return [result, ageText(lastSeen(run))];
}

/** What is said aloud of a run that is neither of a group nor stands for one. */
function plainFacts(run: StoredRun, store: RunStore): string[] {
  const result = isLive(run) ? progressOf(store, run) : accuracyText(run.record);
  return [run.name, run.status, result, ageText(lastSeen(run))];
}

/** The end of a run; one that was cut off ended some seconds after it was last heard of. */
function lastSeen({ record }: StoredRun): string {
  return record.endedAt ?? record.heartbeat;
}

/** The words that menus ask for. */
function contextOf(run: StoredRun, store: RunStore): string {
  const words = ['run', isLive(run) ? 'live' : 'ended', run.starred ? 'starred' : 'unstarred'];
  const more = [
    run.hasModel ? 'model' : '',
    isAdoptable(store, run) ? 'trial' : '',
    isContinuable(run) ? 'continuable' : '',
  ];
  return [...words, ...more].filter(Boolean).join(' ');
}

/** @param folder told where other experiments have the same name, otherwise undefined */
export function experimentTreeItem(
  file: vscode.Uri,
  name: string,
  folder: string | undefined,
  runs: number,
): vscode.TreeItem {
  const isGone = !existsSync(file.fsPath);
  const facts = [folder, isGone ? 'file is gone' : undefined, runs > 0 ? countOf(runs, 'run') : undefined];
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `experiment ${file.fsPath}`;
  item.iconPath = new vscode.ThemeIcon(isGone ? 'circle-slash' : 'beaker');
  item.description = facts.filter(Boolean).join(' · ');
  item.tooltip = escapeOnly(isGone ? `${file.fsPath} (the file is gone)` : file.fsPath);
  item.contextValue = 'experiment';
  item.accessibilityInformation = { label: ['experiment', name, ...facts].filter(Boolean).join(', ') };
  return item;
}

const pendingTitles = { queued: 'Queued', starting: 'Starting …' } as const;

/** Two of the same key look the same: a node may stay where the queue moves. */
export function pendingKey(training: PendingTraining, place: number): string {
  const { experimentFile, isBaseline, continues, state } = training;
  return `${state} ${isBaseline ? 'baseline' : (continues ?? 'own')} ${place} ${experimentFile.fsPath}`;
}

/** @param place among all in the same state: 1 is the next one */
export function pendingTreeItem(training: PendingTraining, place: number): vscode.TreeItem {
  const { isBaseline, continues, state } = training;
  const isQueued = state === 'queued';
  const what = isBaseline ? ' (baseline)' : continues === undefined ? '' : ' (continued)';
  const item = new vscode.TreeItem(pendingTitles[state] + what);
  item.id = pendingKey(training, place);
  item.iconPath = new vscode.ThemeIcon(isQueued ? 'clock' : 'loading~spin');
  item.contextValue = state;
  if (isQueued) {
    item.description = place === 1 ? 'next' : `number ${place} in the queue`;
    item.tooltip = 'Trains when the runs before it have ended (setting "textclf.maxConcurrentRuns").';
  }
  return item;
}

export function brokenTreeItem({ id, folder, problem }: BrokenRun): vscode.TreeItem {
  const item = new vscode.TreeItem(id);
  item.id = folder;
  item.iconPath = new vscode.ThemeIcon('question', new vscode.ThemeColor('problemsWarningIcon.foreground'));
  item.description = 'cannot be read';
  item.tooltip = escapeOnly([problem.message, problem.hint].filter(Boolean).join(' '));
  item.contextValue = 'broken';
  item.accessibilityInformation = { label: `${id}, a run that cannot be read` };
  return item;
}

function escapeOnly(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString(escapeMarkdown(text));
}
