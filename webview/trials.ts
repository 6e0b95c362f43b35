import type { GroupState } from '../src/protocol/dashboard';
import type { GroupKind, TrialStatus } from '../src/protocol/events';
import { isHigherBetter, metricOf } from '../src/protocol/metrics';
import { count, countOf, rate } from './format';

export type Trial = GroupState['trials'][number];

export interface GroupWords {
  title: string;
  /** One of its runs. */
  noun: string;
  plural: string;
}

export const groupWords: Readonly<Record<GroupKind, GroupWords>> = {
  search: { title: 'Search', noun: 'trial', plural: 'trials' },
  folds: { title: 'Cross-validation', noun: 'fold', plural: 'folds' },
  repeat: { title: 'Repetition', noun: 'seed', plural: 'seeds' },
};

export const trialStatusWords: Readonly<Record<TrialStatus, { word: string; icon: string }>> = {
  running: { word: 'running', icon: 'loading' },
  succeeded: { word: 'succeeded', icon: 'pass-filled' },
  failed: { word: 'failed', icon: 'error' },
  stopped: { word: 'stopped', icon: 'debug-stop' },
  pruned: { word: 'ended early', icon: 'debug-step-over' },
};

export function endedTrials({ trials }: GroupState): Trial[] {
  return trials.filter(({ status }) => status !== 'running');
}

/** `Search · 12 of 20 trials` */
export function planWords(group: GroupState): string {
  const { title, noun, plural } = groupWords[group.kind];
  const ended = endedTrials(group).length;
  const progress =
    group.planned === null || ended >= group.planned
      ? countOf(ended, noun, plural)
      : `${count(ended)} of ${countOf(group.planned, noun, plural)}`;
  return `${title} · ${progress}`;
}

/** The trial of the best value so far; the first of equals. */
export function bestTrial(group: GroupState): Trial | undefined {
  const { summary, trials } = group;
  if (summary?.best) return trials.find(({ id }) => id === summary.best?.id);
  let best: Trial | undefined;
  for (const trial of trials) {
    if (trial.value === null || trial.status === 'failed') continue;
    if (!best || isBetter(group, trial.value, best.value!)) best = trial;
  }
  return best;
}

export function isBetter({ metric }: Pick<GroupState, 'metric'>, value: number, than: number): boolean {
  return isHigherBetter(metricOf(metric)) ? value > than : value < than;
}

/** The best value up to each trial, in the order in which they began; null before the first value. */
export function bestSoFar(group: GroupState): (number | null)[] {
  let best: number | null = null;
  return group.trials.map(({ value, status }) => {
    if (value !== null && status !== 'failed' && (best === null || isBetter(group, value, best)))
      best = value;
    return best;
  });
}

/** What a table of trials is sorted by: a part of the trial, or an option by its path. */
export type TrialColumn = 'index' | 'status' | 'value' | 'epoch' | 'seconds' | `option ${string}`;

export interface TrialSorting {
  column: TrialColumn;
  descending: boolean;
}

/** Sorted by a column; trials without a value there come last either way, and equals keep their order. */
export function sortTrials(trials: readonly Trial[], { column, descending }: TrialSorting): Trial[] {
  const sign = descending ? -1 : 1;
  const keyed = trials.map((trial) => ({ trial, key: sortKey(trial, column) }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null);
    return sign * compareKeys(a.key, b.key);
  });
  return keyed.map(({ trial }) => trial);
}

function sortKey(trial: Trial, column: TrialColumn): number | string | null {
  switch (column) {
    case 'index':
    case 'status':
    case 'value':
    case 'epoch':
    case 'seconds':
      return trial[column];
    default: {
      const value = trial.settings[column.slice('option '.length)];
      return typeof value === 'number' ? value : value === undefined ? null : settingText(value);
    }
  }
}

/** Numbers before words. */
export function compareKeys(a: number | string, b: number | string): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A setting for a person: words as they are, numbers with few digits, the rest as JSON. */
export function settingText(value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? numberText(value) : JSON.stringify(value);
}

/** Whole numbers as they are, others with few digits. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : rate(value);
}

/** The end of each dotted path, as long as it takes to tell them apart: `learningRate`, `head.hiddenSize`. */
export function shortNames(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const keys = path.split('.');
    for (let length = 1; length < keys.length; length++) {
      const name = keys.slice(-length).join('.');
      if (!paths.some((other) => other !== path && `.${other}`.endsWith(`.${name}`))) return name;
    }
    return path;
  });
}
