/** What a search varies: one axis an option, each with the values that it may take. */
import { isWholeNumber, type Settings } from './options';
import type { SearchOptions } from './schema';

interface ListAxis {
  option: string;
  scale: 'choice';
  values: readonly unknown[];
}

export interface RangeAxis {
  option: string;
  scale: 'linear' | 'log';
  from: number;
  to: number;
  /** Values are `from` plus multiples of it. Absent: any number, or any whole one. */
  step?: number;
  isWhole: boolean;
}

export type Axis = ListAxis | RangeAxis;

export function axesOf({ options }: SearchOptions): Axis[] {
  return Object.entries(options).map(([option, values]): Axis => {
    if (Array.isArray(values)) return { option, scale: 'choice', values };
    const isWhole = isWholeNumber(option);
    // Whole numbers that are drawn evenly are steps of 1; in their order of magnitude they are rounded.
    const step = values.step ?? (isWhole && values.scale === 'linear' ? 1 : undefined);
    const { from, to, scale } = values;
    return { option, scale, from, to, isWhole, ...(step === undefined ? {} : { step }) };
  });
}

/** How many different values an axis has; infinite for a range of any numbers. */
export function valueCount(axis: Axis): number {
  if (axis.scale === 'choice') return axis.values.length;
  const { from, to, step, isWhole } = axis;
  if (step !== undefined) return Math.floor((to - from) / step + 1e-9) + 1;
  return isWhole ? to - from + 1 : Number.POSITIVE_INFINITY;
}

/** A value by its place among the different ones, from 0. Only for an axis that has so many. */
export function valueOfAxis(axis: Axis, place: number): unknown {
  if (axis.scale === 'choice') return axis.values[place];
  // 0.1 + 2 * 0.1 is to be 0.3.
  return Number((axis.from + place * (axis.step ?? 1)).toPrecision(12));
}

/** How many different settings there are; infinite with a range of any numbers. */
export function settingsCount(axes: readonly Axis[]): number {
  return axes.reduce((product, axis) => product * valueCount(axis), 1);
}

/** The settings at a place of the grid, from 0: the last axis moves fastest. */
export function settingsAt(axes: readonly Axis[], place: number): Settings {
  const settings: Record<string, unknown> = {};
  let rest = place;
  for (const axis of [...axes].reverse()) {
    const count = valueCount(axis);
    settings[axis.option] = valueOfAxis(axis, rest % count);
    rest = Math.floor(rest / count);
  }
  // In the order of the file.
  return Object.fromEntries(axes.map(({ option }) => [option, settings[option]]));
}
