import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { countOf } from '../protocol/count';
import { validationAccuracy } from '../runs/best';
import type { BrokenRun } from '../runs/list';
import type { DisplayStatus } from '../runs/record';
import { commandLink } from './commands';
import { escapeMarkdown } from './markdown';
import { ageText } from './plain-text';
import type { RunFeed } from './run-feed';
import { isLive, type StoredRun } from './run-store';
import { accuracyText, percent, progressText } from './run-text';
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

export function runTreeItem(run: StoredRun, feed: RunFeed | undefined): vscode.TreeItem {
  const { icon, color } = stateIcons[run.status];
  const item = new vscode.TreeItem(run.name);
  item.id = run.folder;
  item.iconPath = new vscode.ThemeIcon(icon, color ? new vscode.ThemeColor(color) : undefined);
  item.description = [run.starred ? '★' : '', ...stateFacts(run, feed)].filter(Boolean).join('  ');
  item.contextValue = contextOf(run);
  // Keys go on to mean the run, as in the explorer.
  item.command = commandLink('textclf.openDashboard', 'Open Dashboard', run.folder, { preserveFocus: true });
  const accuracy = isLive(run) ? progressText(feed?.view) : accuracyText(run.record);
  const told = [run.name, run.status, accuracy, ageText(lastSeen(run)), run.starred ? 'starred' : ''];
  item.accessibilityInformation = { label: told.filter(Boolean).join(', ') };
  return item;
}

/** The result in the fewest words, or how far the run is. */
function stateFacts(run: StoredRun, feed: RunFeed | undefined): string[] {
  if (run.stopping) return ['stopping …'];
  if (isLive(run)) return [progressText(feed?.view)];
  const accuracy = validationAccuracy(run.record) ?? run.record.test?.accuracy;
  const result = run.status === 'failed' || accuracy === undefined ? run.status : percent(accuracy);
  return [`${result} · ${ageText(lastSeen(run))}`];
}

/** The end of a run; one that was cut off ended some seconds after it was last heard of. */
function lastSeen({ record }: StoredRun): string {
  return record.endedAt ?? record.heartbeat;
}

/** The words that menus ask for. */
function contextOf(run: StoredRun): string {
  const words = ['run', isLive(run) ? 'live' : 'ended', run.starred ? 'starred' : 'unstarred'];
  return [...words, ...(run.hasModel ? ['model'] : [])].join(' ');
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

/** @param place among all in the same state: 1 is the next one */
export function pendingTreeItem({ experimentFile, state }: PendingTraining, place: number): vscode.TreeItem {
  const isQueued = state === 'queued';
  const item = new vscode.TreeItem(isQueued ? 'Queued' : 'Starting …');
  item.id = `${state} ${experimentFile.fsPath} ${place}`;
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
