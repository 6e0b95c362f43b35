/** What the label columns of a row say. */
import { quoteName } from '../protocol/did-you-mean';
import type { Task } from '../protocol/events';
import type { FieldValue, WantedColumn } from './record-reader';

/** How an experiment's rows are labelled. */
export interface LabelOptions {
  task?: Task;
  /** The column of the class or classes; for a multi-label task also a list of columns of 0 and 1, one a class. */
  label: string | readonly string[];
  /** What stands between the classes of a row. */
  labelSeparator?: string;
}

/** A row's labels, or what is wrong with it. */
export type ReadLabels = (values: readonly FieldValue[]) => string[] | { message: string; hint: string };

/** The columns to read, and what their values say. */
export function labelFields({ task, label, labelSeparator = ',' }: LabelOptions): {
  columns: WantedColumn[];
  read: ReadLabels;
} {
  if (typeof label !== 'string') return { columns: label.map((name) => ({ name })), read: flagsOf(label) };
  return task === 'multi-label'
    ? { columns: [{ name: label, mayBeList: true }], read: ([value]) => severalOf(value!, labelSeparator) }
    : { columns: [{ name: label }], read: ([value]) => singleOf(label, String(value)) };
}

/** Trimmed: spaces around labels would silently make two classes of one. */
function singleOf(column: string, value: string): ReturnType<ReadLabels> {
  const label = value.trim();
  if (label !== '') return [label];
  return { message: `the label (${quoteName(column)}) is empty`, hint: 'Fill it in or delete the row.' };
}

/** Any number of labels, each once. */
function severalOf(value: FieldValue, separator: string): string[] {
  const parts = typeof value === 'string' ? value.split(separator) : value;
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

const flags: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['1', true],
  ['false', false],
  ['true', true],
]);

function flagsOf(columns: readonly string[]): ReadLabels {
  return (values) => {
    const labels: string[] = [];
    for (const [i, column] of columns.entries()) {
      const value = String(values[i]).trim();
      const flag = flags.get(value.toLowerCase());
      if (flag === undefined) {
        return {
          message: `the column ${quoteName(column)} holds ${quoteName(value)} instead of 0 or 1`,
          hint: 'A column of data.label says of each row whether it has this class: 0 or 1, false or true.',
        };
      }
      if (flag) labels.push(column);
    }
    return labels;
  };
}
