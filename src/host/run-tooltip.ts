import * as vscode from 'vscode';
import { deviceText, fallbacksText } from '../protocol/device-words';
import { isAveraged } from '../runs/best';
import { resultText } from './group-text';
import { isLive } from './is-live';
import { escapeMarkdown } from './markdown';
import { ageText } from './plain-text';
import type { RunStore, StoredRun } from './run-store';
import { duration, metricValue, modelText, percent, trialNouns } from './run-text';

/** What is known of a run, for a hover. Names, notes and messages come from files: they are never Markdown. */
export function runTooltip(run: StoredRun, store: RunStore): vscode.MarkdownString {
  const facts = factsOf(run, store).flatMap(([name, text]) =>
    text ? [`${escapeMarkdown(name)}: ${escapeMarkdown(text)}`] : [],
  );
  const title = `**${escapeMarkdown(run.name)}**${run.starred ? ' ★' : ''}`;
  const paragraphs = [title, facts.join('  \n')];
  if (run.note) paragraphs.push('---', run.note.split('\n').map(escapeMarkdown).join('  \n'));
  return new vscode.MarkdownString(paragraphs.join('\n\n'));
}

function factsOf(run: StoredRun, store: RunStore): [name: string, text: string | undefined][] {
  const { record } = run;
  const { best, test, git, threads } = record;
  const { group, parent } = record;
  const value = best && metricText(best.metric, best.value);
  const end = isLive(run) ? new Date().toISOString() : (record.endedAt ?? record.heartbeat);
  return [
    ['Status', run.stopping ? `${run.status}, will stop after this batch` : run.status],
    ['Message', record.message],
    [
      group ? `Best ${trialNouns[group.kind]}` : 'Best epoch',
      best && (group ? value : `${best.epoch} (${value})`),
    ],
    ['Accuracy', resultText(store, run)],
    ['Model', modelText(record)],
    [
      isAveraged(record) ? `Test of the best ${trialNouns[group!.kind]}` : 'Test',
      test && `${percent(test.accuracy)} accuracy, ${percent(test.macroF1)} macro F1`,
    ],
    ['Started', `${localTime(record.startedAt)}, ${ageText(record.startedAt)}`],
    ['Duration', duration((Date.parse(end) - Date.parse(record.startedAt)) / 1000)],
    ['Device', deviceText(record.device, threads, record.runtime?.device)],
    ['Why this device', record.runtime?.reason],
    ['Not on the device', fallbacksText(store.feed(run.folder)?.view.model?.fallbacks ?? {})],
    ['Seed', String(record.seed)],
    ['Git', git ? `${git.commit.slice(0, 10)}${git.dirty ? ' with uncommitted changes' : ''}` : undefined],
    ['Part of', parent?.id],
    ['Continues', record.continues],
    ['Run', run.id],
  ];
}

function metricText(metric: string, value: number | null): string {
  if (value === null) return metric;
  return `${metric} ${metricValue(metric, value)}`;
}

function localTime(time: string): string {
  return new Date(time).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
}
