import type { RunSummary } from '../../runs/list';
import type { RunRecord } from '../../runs/record';
import { harmless } from '../format/harmless';
import { age, loss, percent } from '../format/numbers';
import { table } from '../format/table';
import { truncate } from '../format/width';
import { statusColor } from './run-status';
import type { Style } from './style';

const longestName = 24;

/**
 * One line a run.
 *
 * @param now milliseconds since 1970
 */
export function runListLines(
  runs: readonly RunSummary[],
  root: string,
  now: number,
  { colors }: Style,
): string[] {
  if (runs.length === 0) return [`There are no runs in ${harmless(root)} yet: textclf train FILE`];
  const [header, ...lines] = table(
    [
      ['Run', 'Name', 'Status', 'Best', 'Started'],
      ...runs.map((run) => {
        const color = statusColor(run.type === 'broken' ? 'broken' : run.status, colors);
        const id = harmless(run.id);
        if (run.type === 'broken') return [id, '', color('broken'), '', ''];
        const { name, startedAt } = run.record;
        return [
          id,
          truncate(harmless(name), longestName),
          color(run.status),
          bestOf(run.record),
          age((now - Date.parse(startedAt)) / 1000),
        ];
      }),
    ],
    ['left', 'left', 'left', 'left', 'left'],
  );
  return [colors.dim(header!), ...lines];
}

/** The best epoch's monitored metric, as a share or a loss. */
export function bestOf({ best }: RunRecord): string {
  if (!best) return '–';
  const value = best.metric.endsWith('loss') ? loss(best.value) : percent(best.value);
  return `${value} ${harmless(best.metric)}`;
}
