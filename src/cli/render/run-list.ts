import { childrenOf, type Run, type RunSummary } from '../../runs/list';
import type { RunRecord } from '../../runs/record';
import { harmless } from '../format/harmless';
import { monitoredText } from '../format/metric';
import { age } from '../format/numbers';
import { table } from '../format/table';
import { truncate } from '../format/width';
import { statusColor } from './run-status';
import type { Style } from './style';

const longestName = 28;

/**
 * One line a run; those of a group behind the one that stands for them, or below it.
 *
 * @param now milliseconds since 1970
 */
export function runListLines(
  runs: readonly RunSummary[],
  root: string,
  now: number,
  { colors }: Style,
  { all = false }: { all?: boolean } = {},
): string[] {
  if (runs.length === 0) return [`There are no runs in ${harmless(root)} yet: textclf train FILE`];
  const row = (run: RunSummary, indent: string): string[] => {
    const color = statusColor(run.type === 'broken' ? 'broken' : run.status, colors);
    const id = indent + harmless(run.id);
    if (run.type === 'broken') return [id, '', color('broken'), '', ''];
    const { startedAt } = run.record;
    const started = age((now - Date.parse(startedAt)) / 1000);
    return [id, nameOf(run, runs), color(run.status), bestOf(run.record), started];
  };
  const ids = new Set(runs.map(({ id }) => id));
  const isBelow = (run: RunSummary) => run.type === 'run' && ids.has(run.record.parent?.id ?? '');
  const rows = runs
    .filter((run) => !isBelow(run))
    .flatMap((run) => [
      row(run, ''),
      ...(all ? childrenOf(run.id, runs).map((child) => row(child, '  ')) : []),
    ]);
  const [header, ...lines] = table(
    [['Run', 'Name', 'Status', 'Best', 'Started'], ...rows],
    ['left', 'left', 'left', 'left', 'left'],
  );
  return [colors.dim(header!), ...lines];
}

/** `spam, 12 of 20 trials`; `trial 7` below it. */
function nameOf({ id, record: { name, group, parent } }: Run, runs: readonly RunSummary[]): string {
  const shown = truncate(harmless(parent?.label ?? name), longestName);
  if (!group) return shown;
  const children = childrenOf(id, runs);
  const ended = children.filter(({ record: { endedAt } }) => endedAt !== undefined).length;
  const noun = group.kind === 'search' ? 'trials' : 'runs';
  const of = group.planned === null || group.planned === ended ? '' : ` of ${group.planned}`;
  return `${shown}, ${ended}${of} ${noun}`;
}

/** The best epoch's monitored metric, as a share or a loss. */
export function bestOf({ best }: RunRecord): string {
  if (!best) return '–';
  return `${monitoredText(best.metric, best.value)} ${harmless(best.metric)}`;
}
