import { countOf } from '../protocol/count';
import type { GroupState } from '../protocol/dashboard';
import { isHigherBetter, metricOf } from '../protocol/metrics';
import { isLive } from './is-live';
import type { RunStore, StoredRun } from './run-store';
import { metricValue, progressText, stageText, trialNouns } from './run-text';

type Runs = Pick<RunStore, 'trialsOf' | 'feed'>;

/** How far a living run is: `epoch 2/5, 61 %`; of a group `trial 3 of 20 · epoch 2/5`. */
export function progressOf(runs: Runs, run: StoredRun): string {
  const view = runs.feed(run.folder)?.view;
  const trials = runs.trialsOf(run.folder);
  const { group } = run.record;
  if (!group || trials.length === 0) return progressText(view);
  const current = trials.findLast(isLive);
  const stage = current && stageText(runs.feed(current.folder)?.view);
  return [placeText(group, trials.length), stage].filter(Boolean).join(' · ');
}

/** `trial 3 of 20`; without a plan `trial 3`. */
function placeText({ kind, planned }: Group, place: number): string {
  return `${trialNouns[kind]} ${place}${planned === null ? '' : ` of ${planned}`}`;
}

/** What came of a group so far: `12 of 20 trials`, `best 91.2 %`. */
export function groupFacts(runs: Runs, { folder, record }: StoredRun): string[] {
  const { group, best } = record;
  if (!group) return [];
  const done = runs.trialsOf(folder).filter((trial) => !isLive(trial)).length;
  const { kind, planned } = group;
  const of = planned === null || planned === done ? '' : `${done} of `;
  const value = best?.value == null ? '' : `best ${metricValue(best.metric, best.value)}`;
  return [`${of}${countOf(of ? planned! : done, trialNouns[kind])}`, value].filter(Boolean);
}

type Group = NonNullable<StoredRun['record']['group']>;

/** What a group tells of one of its runs, and the metric that it compares them by. */
export type Trial = GroupState['trials'][number] & { metric: string };

export function trialIn(group: GroupState | null | undefined, { id }: StoredRun): Trial | undefined {
  const trial = group?.trials.find((one) => one.id === id);
  return group && trial ? { ...trial, metric: group.metric } : undefined;
}

/** `91.2 %`, `pruned`, and the settings: `hiddenSize 64`. */
export function trialFacts({ status, value, metric, settings, label }: Trial): string[] {
  const mark = status === 'succeeded' || status === 'running' ? '' : status;
  const result = value === null ? '' : metricValue(metric, value);
  // "fold 2 of 5" says all about a fold.
  const isSearched = label.startsWith(trialNouns.search);
  const shown = isSearched
    ? Object.entries(settings).map(([path, setting]) => settingText(path, setting))
    : [];
  return [mark, result, ...shown].filter(Boolean);
}

/** The last name of the path; numbers without the digits that nobody reads. */
function settingText(path: string, value: unknown): string {
  const text = typeof value === 'number' ? String(Number(value.toPrecision(3))) : plainText(value);
  return `${path.slice(path.lastIndexOf('.') + 1)} ${text}`;
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The best by the group's metric first, then those without a value, in the order in which they began. */
export function bestFirst(group: GroupState | null, runs: readonly StoredRun[]): StoredRun[] {
  const sign = group && isHigherBetter(metricOf(group.metric)) ? -1 : 1;
  const worst = Number.POSITIVE_INFINITY;
  const rank = (run: StoredRun) => {
    const value = trialIn(group, run)?.value;
    return value == null ? worst : sign * value;
  };
  return [...runs].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}
