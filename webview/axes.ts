import type { GroupState } from '../src/protocol/dashboard';
import { isHigherBetter, metricOf, metricTitles } from '../src/protocol/metrics';
import { monitorValue } from './metrics';
import { compareKeys, numberText, settingText, shortNames, type Trial } from './trials';

export interface Tick {
  /** Between 0 (the bottom) and 1. */
  position: number;
  text: string;
}

/** One axis of the parallel coordinates: an option, or the metric. */
export interface TrialAxis {
  /** The option's path, or the metric as the group names it. */
  key: string;
  /** For a person, short. */
  name: string;
  kind: 'linear' | 'log' | 'choice';
  ticks: Tick[];
  /** Where a trial's value lies, between 0 (the bottom) and 1; null where it has none. */
  position: (trial: Trial) => number | null;
  /** The value for a person. */
  text: (trial: Trial) => string;
  /** The number to draw it at in a chart of its own: a choice's place in `choices`. */
  number: (trial: Trial) => number | null;
  /** Of a choice: the values that occur, in order. */
  choices: string[];
}

/** An axis for each option, and the metric's last. */
export function trialAxes(group: GroupState): TrialAxis[] {
  return [...optionAxes(group), metricAxis(group)];
}

export function optionAxes({ options, trials }: GroupState): TrialAxis[] {
  const names = shortNames(options.map(({ path }) => path));
  return options.map(({ path, scale }, i) => {
    const values = trials.map(({ settings }) => settings[path]).filter((value) => value !== undefined);
    const text = ({ settings }: Trial) => settingText(settings[path]);
    const base = { key: path, name: names[i]!, text };
    if (scale === 'choice' || !values.every(isReal)) return choiceAxis(base, path, values);
    const number = ({ settings }: Trial) => (isReal(settings[path]) ? settings[path] : null);
    // A logarithmic axis has no place for 0.
    const kind = scale === 'log' && values.every((value) => value > 0) ? 'log' : 'linear';
    return { ...base, number, choices: [], ...numberAxis(kind, values, number, numberText) };
  });
}

/** The best value is at the top. */
function metricAxis({ metric, trials }: GroupState): TrialAxis {
  const values = trials.map(({ value }) => value).filter(isReal);
  const number = ({ value }: Trial) => value;
  const write = (value: number) => monitorValue(metric, value);
  const axis = numberAxis('linear', values, number, write);
  const isUpright = isHigherBetter(metricOf(metric));
  const turned = (position: number) => (isUpright ? position : 1 - position);
  return {
    ...{ key: metric, name: metricTitles[metricOf(metric)], number, choices: [], kind: 'linear' },
    text: ({ value }) => monitorValue(metric, value),
    ticks: axis.ticks.map(({ position, text }) => ({ position: turned(position), text })),
    position: (trial) => {
      const position = axis.position(trial);
      return position === null ? null : turned(position);
    },
  };
}

function choiceAxis(
  base: Pick<TrialAxis, 'key' | 'name' | 'text'>,
  path: string,
  values: readonly unknown[],
): TrialAxis {
  const keys = values.map((value) => (typeof value === 'number' ? value : settingText(value)));
  const choices = [...new Set(keys.sort(compareKeys).map(settingText))];
  const places = new Map(choices.map((choice, i) => [choice, i]));
  const number = ({ settings }: Trial) => places.get(settingText(settings[path])) ?? null;
  const place = (index: number) => (choices.length > 1 ? index / (choices.length - 1) : 0.5);
  return {
    ...base,
    ...{ kind: 'choice', choices, number },
    ticks: choices.map((text, i) => ({ position: place(i), text })),
    position: (trial) => {
      const index = number(trial);
      return index === null ? null : place(index);
    },
  };
}

function numberAxis(
  kind: 'linear' | 'log',
  values: readonly number[],
  number: (trial: Trial) => number | null,
  write: (value: number) => string,
): Pick<TrialAxis, 'kind' | 'ticks' | 'position'> {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const scaled = kind === 'log' ? Math.log : (value: number) => value;
  const place = (value: number) =>
    high > low ? (scaled(value) - scaled(low)) / (scaled(high) - scaled(low)) : 0.5;
  return {
    kind,
    ticks:
      values.length === 0
        ? []
        : ticksOf(kind, low, high).map((value) => ({ position: place(value), text: write(value) })),
    position: (trial) => {
      const value = number(trial);
      return isReal(value) ? place(value) : null;
    },
  };
}

/** Round values between the ends; the ends themselves where there are too few of those. */
export function ticksOf(kind: 'linear' | 'log', low: number, high: number): number[] {
  if (low === high) return [low];
  const digits = [[1], [1, 3], [1, 2, 5]];
  const candidates = kind === 'log' ? digits.map((list) => powers(low, high, list)) : [];
  return [...candidates, steps(low, high)].find(({ length }) => length >= 3) ?? [low, high];
}

function powers(low: number, high: number, digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const digit of digits) {
      const value = Number(`${digit}e${power}`);
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks;
}

/** About five, 1, 2 or 5 times a power of ten apart. */
function steps(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((digit) => digit * power >= rough)! * power;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step); at * step <= high; at++)
    ticks.push(Number((at * step).toPrecision(12)));
  return ticks;
}

function isReal(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
