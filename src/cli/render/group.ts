/** How a search, a cross-validation or repetitions look in a terminal. */
import { countOf } from '../../protocol/count';
import type { GroupState } from '../../protocol/dashboard';
import type { GroupEvent, GroupKind, SummaryEvent, TrialEvent } from '../../protocol/events';
import { isHigherBetter, type MetricName, metricOf, metricTitles } from '../../protocol/metrics';
import { harmless, harmlessLines } from '../format/harmless';
import { metricText, monitoredTitle } from '../format/metric';
import { duration } from '../format/numbers';
import { indent, table } from '../format/table';
import { padEnd, padStart, truncate } from '../format/width';
import { heading, type Style } from './style';

type Group = Omit<GroupEvent, 'time' | 'type'>;
type Trial = Omit<TrialEvent, 'time' | 'type'>;
type Summary = Omit<SummaryEvent, 'time' | 'type'>;

export const groupTitles: Readonly<Record<GroupKind, string>> = {
  search: 'Search',
  folds: 'Cross-validation',
  repeat: 'Repetition',
};

const runNouns: Readonly<Record<GroupKind, string>> = { search: 'trial', folds: 'run', repeat: 'run' };

/** What is going to be done. */
export function planLines({ kind, planned, metric, options }: Group, style: Style): string[] {
  const runs = planned === null ? 'until its time is up' : countOf(planned, runNouns[kind]);
  const varied = kind === 'search' ? [`Tries ${listed(options.map(({ path }) => path))}`] : [];
  return [
    heading(style, groupTitles[kind]) + style.colors.dim(`  ${runs}, the best by ${monitoredTitle(metric)}`),
    ...indent(varied),
  ];
}

function listed(paths: readonly string[]): string {
  return paths.map(harmless).join(', ');
}

const longestLabel = 26;
const bestMark = 'best so far';

/** One line for a run that is over, and why it failed if it did. */
export function trialLine(group: Group, trial: Trial, isBest: boolean, style: Style): string[] {
  const { label, value, seconds, message } = trial;
  const cells = [
    padEnd(truncate(harmless(label), longestLabel), labelWidth(group)),
    padStart(metricText(metricOf(group.metric), value), 7),
    padStart(duration(seconds), 10),
    padEnd(isBest ? style.colors.green(bestMark) : statusText(trial, style), bestMark.length),
    ...(group.kind === 'search' ? [settingsText(group, trial)] : []),
  ];
  const why = message === undefined ? [] : style.colors.red(harmlessLines(message)).split('\n');
  return [`  ${cells.join('  ')}`.trimEnd(), ...indent(indent(why))];
}

/** Labels of a group are about as wide as each other. */
function labelWidth({ kind, planned }: Group): number {
  const digits = String(planned ?? 999).length;
  return { search: 'trial '.length + digits, folds: longestLabel, repeat: 'seed 4294967295'.length }[kind];
}

/** Nothing for a run that succeeded, as most do. */
function statusText({ status }: Trial, { colors }: Style): string {
  if (status === 'succeeded') return '';
  const color = { running: colors.cyan, pruned: colors.dim, stopped: colors.yellow, failed: colors.red }[
    status
  ];
  return color(status);
}

function settingsText({ options }: Group, { settings }: Trial): string {
  const names = shortNames(options.map(({ path }) => path));
  return options.map(({ path }, i) => `${names[i]} ${valueText(settings[path])}`).join(', ');
}

function valueText(value: unknown): string {
  return value === undefined ? '' : harmless(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The last part of each path, or as many as tell it from the others. */
export function shortNames(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const parts = path.split('.');
    for (let length = 1; length < parts.length; length++) {
      const end = parts.slice(-length).join('.');
      if (paths.filter((other) => other === end || other.endsWith(`.${end}`)).length === 1)
        return harmless(end);
    }
    return harmless(path);
  });
}

/** With more runs than this, the table has the best ones only, unless all are asked for. */
const listedTrials = 20;

const longestValue = 32;

/** What came of a group: its runs, the best first, and for folds and seeds what they are together. */
export function resultLines(
  group: GroupState,
  style: Style,
  { all = false }: { all?: boolean } = {},
): string[] {
  const parts = [
    ...(group.trials.length > 0 ? [trialTable(group, style, all)] : []),
    ...(group.summary ? [summaryLines(group, group.summary, style)] : []),
  ].filter((part) => part.length > 0);
  return parts.flatMap((part, i) => (i === 0 ? part : ['', ...part]));
}

function trialTable(group: GroupState, style: Style, all: boolean): string[] {
  const { metric, options, kind } = group;
  const ranked = bestFirst(group);
  const shown = all ? ranked : ranked.slice(0, listedTrials);
  const paths = kind === 'search' ? options.map(({ path }) => path) : [];
  const [header, ...lines] = table(
    [
      ['Run', 'Value', 'Epochs', 'Time', ...shortNames(paths), 'Status', 'Folder'],
      ...shown.map((trial) => [
        truncate(harmless(trial.label), longestLabel),
        metricText(metricOf(metric), trial.value),
        String(trial.epoch),
        duration(trial.seconds),
        ...paths.map((path) => truncate(valueText(trial.settings[path]), longestValue)),
        trial.index === group.summary?.best?.index ? style.colors.green('best') : statusText(trial, style),
        harmless(trial.id),
      ]),
    ],
    ['left', 'right', 'right', 'right', ...paths.map(() => 'right' as const), 'left', 'left'],
  );
  const left = ranked.length - shown.length;
  return [
    heading(style, kind === 'search' ? 'Trials' : 'Runs') +
      style.colors.dim(`  by ${monitoredTitle(metric)}`),
    style.colors.dim(`  ${header}`),
    ...indent(lines),
    ...(left > 0 ? [style.colors.dim(`  and ${countOf(left, 'more run')}`)] : []),
  ];
}

/** Runs without a value last, in the order in which they began. */
export function bestFirst({ trials, metric }: GroupState): Trial[] {
  const sign = isHigherBetter(metricOf(metric)) ? -1 : 1;
  const rank = ({ value, status }: Trial) => (value === null || status === 'failed' ? 1 : 0);
  return [...trials].sort(
    (a, b) => rank(a) - rank(b) || sign * ((a.value ?? 0) - (b.value ?? 0)) || a.index - b.index,
  );
}

/** The best of a search; of folds and seeds the mean and the deviation. */
export function summaryLines(group: GroupState, summary: Summary, style: Style): string[] {
  if (group.kind !== 'search') return spreadLines(group, summary, style);
  const { best } = summary;
  if (!best) return [];
  const value = metricText(metricOf(group.metric), best.value);
  return [
    `Best: trial ${best.index}, ${monitoredTitle(group.metric)} ${value}.`,
    `Make it the experiment: textclf runs adopt ${harmless(best.id)} --write`,
  ];
}

/** Of all that are computed, those that people report. */
const reported: readonly MetricName[] = [
  'accuracy',
  'macroF1',
  'balancedAccuracy',
  'weightedF1',
  'rocAuc',
  'matthews',
  'logLoss',
  'loss',
];

/** The mean and the deviation of the metrics over folds or seeds. */
function spreadLines({ metric }: GroupState, { metrics }: Summary, style: Style): string[] {
  const splits = (['validation', 'test'] as const).filter((split) => metrics.some((m) => m.split === split));
  const names = reported.includes(metricOf(metric)) ? reported : [metricOf(metric), ...reported];
  const rows = names.flatMap((name) => {
    const cells = splits.map((split) => {
      const found = metrics.find((one) => one.split === split && one.name === name);
      return found ? `${metricText(name, found.mean)} ± ${metricText(name, found.deviation)}` : '';
    });
    return cells.some(Boolean) ? [[metricTitles[name], ...cells]] : [];
  });
  if (rows.length === 0) return [];
  const runs = Math.max(...metrics.map((one) => one.runs));
  const [header, ...lines] = table([['', ...splits], ...rows], ['left']);
  return [
    heading(style, 'Mean ± deviation') + style.colors.dim(`  over ${countOf(runs, 'run')} that succeeded`),
    style.colors.dim(`  ${header}`),
    ...indent(lines),
  ];
}
