import { relative } from 'node:path';
import type { Run } from '../../runs/list';
import { harmless, harmlessLines } from '../format/harmless';
import { duration, percent } from '../format/numbers';
import { indent, table } from '../format/table';
import { bestOf } from './run-list';
import { statusColor } from './run-status';
import { heading, type Style } from './style';

/** The record of a run: how it ended, when, and from what. */
export function detailLines({ id, folder, record, status }: Run, style: Style): string[] {
  const { git, test, message, startedAt, endedAt, best, group, parent, continues } = record;
  const details = [
    ['Status', statusColor(status, style.colors)(status)],
    ['Started', localTime(startedAt)],
    ...(endedAt ? [['Took', duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)]] : []),
    ...(parent ? [['Part of', `${harmless(parent.id)}, as ${harmless(parent.label)}`]] : []),
    ...(continues ? [['Goes on from', harmless(continues)]] : []),
    ['Experiment', harmless(record.experimentFile)],
    ['Folder', harmless(relative('', folder) || '.')],
    ...(git ? [['Git commit', `${harmless(git.commit)}${git.dirty ? ' with changes' : ''}`]] : []),
    ['Seed', String(record.seed)],
    ['Computed by', harmless(record.device)],
    ...(record.runtime?.reason ? [['Why', harmless(record.runtime.reason)]] : []),
    ...(best
      ? [group ? ['Best run', bestOf(record)] : ['Best epoch', `${best.epoch}, ${bestOf(record)}`]]
      : []),
    ...(test ? [['Test', `accuracy ${percent(test.accuracy)}, macro F1 ${percent(test.macroF1)}`]] : []),
  ];
  return [
    heading(style, harmless(record.name)) + style.colors.dim(`  ${harmless(id)}`),
    '',
    ...indent(table(details, ['left', 'left'])),
    '',
    ...(message ? [style.colors.red(harmlessLines(message)), ''] : []),
  ];
}

function localTime(iso: string): string {
  return new Date(iso).toLocaleString('sv-SE');
}
