import { countOf } from '../protocol/count';
import type { GroupState } from '../protocol/dashboard';
import { isHigherBetter, metricOf } from '../protocol/metrics';
import { isAveraged, meanAccuracy } from '../runs/best';
import { isLive } from './is-live';
import type { RunStore, StoredRun } from './run-store';
import { accuracyText, metricValue, percent, progressText, stageText, trialNouns } from './run-text';

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

/** What came of a group so far: `12 of 20 trials`, `best 91.2 %`; of folds and seeds `mean 91.2 %`, of their accuracy. */
export function groupFacts(runs: Runs, { folder, record }: StoredRun): string[] {
  const { group } = record;
  if (!group) return [];
  const done = runs.trialsOf(folder).filter((trial) => !isLive(trial));
  const { kind, planned } = group;
  const of = planned === null || planned === done.length ? '' : `${done.length} of `;
  const value = isAveraged(record) ? meanText(done) : bestText(record);
  return [`${of}${countOf(of ? planned! : done.length, trialNouns[kind])}`, value].filter(Boolean);
}

function bestText({ best }: StoredRun['record']): string {
  return best?.value == null ? '' : `best ${metricValue(best.metric, best.value)}`;
}

function meanText(runs: readonly StoredRun[]): string {
  const mean = meanAccuracy(runs);
  return mean === undefined ? '' : `mean ${percent(mean)}`;
}

/** `87.4 % validation accuracy`, of folds and seeds `mean 87.4 % validation accuracy`; empty before the first epoch. */
export function resultText(runs: Pick<RunStore, 'trialsOf'>, { folder, record }: StoredRun): string {
  const mean = isAveraged(record) ? meanText(runs.trialsOf(folder)) : '';
  return mean ? `${mean} validation accuracy` : accuracyText(record);
}

type Group = NonNullable<StoredRun['record']['group']>;

/** What a search tells of one of its runs, and the metric that it compares them by. */
export type Trial = GroupState['trials'][number] & { metric: string };

/** A run of a search; others of a group are what their names say, fold 2 of 5, and as accurate as any run. */
export function trialIn(group: GroupState | null | undefined, { id }: StoredRun): Trial | undefined {
  if (group?.kind !== 'search') return undefined;
  const trial = group.trials.find((one) => one.id === id);
  return trial && { ...trial, metric: group.metric };
}

/** Of a trial of a search: `91.2 %`, `pruned`, and the settings: `hiddenSize 64`. */
export function trialFacts({ status, value, metric, settings }: Trial): string[] {
  const mark = status === 'succeeded' || status === 'running' ? '' : status;
  const result = value === null ? '' : metricValue(metric, value);
  const shown = Object.entries(settings).map(([path, setting]) => settingText(path, setting));
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
  const values = new Map(group?.trials.map(({ id, value }) => [id, value]));
  const ranked = runs.map((run) => {
    const value = values.get(run.id) ?? null;
    return { run, rank: value === null ? Number.POSITIVE_INFINITY : sign * value };
  });
  return ranked.sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank)).map(({ run }) => run);
}
