/** What the fields of JSON and Parquet rows are as text. */
import { didYouMeanHint, listNames, quoteName } from '../protocol/did-you-mean';
import type { FieldValue, WantedColumn } from './record-reader';
import type { RowProblem } from './row-problems';

/** What is wrong with a row whose line the reader knows. */
export type FieldProblem = Omit<RowProblem, 'line'>;

/** The wanted fields of an object, in the columns' order, or what is wrong with one of them. */
export function pickFields(
  fields: Record<string, unknown>,
  columns: readonly WantedColumn[],
): FieldValue[] | FieldProblem {
  const values: FieldValue[] = [];
  for (const column of columns) {
    if (!Object.hasOwn(fields, column.name)) {
      const names = Object.keys(fields);
      return {
        message: `there is no field ${quoteName(column.name)}`,
        columns: names,
        hint: `${didYouMeanHint(column.name, names)}This object has: ${listNames(names) || 'no fields'}.`,
      };
    }
    const value = fieldValue(fields[column.name], column);
    if (isProblem(value)) return value;
    values.push(value);
  }
  return values;
}

/** A field's text or texts, or what is wrong with it. */
export function fieldValue(value: unknown, { name, mayBeList }: WantedColumn): FieldValue | FieldProblem {
  const text = fieldText(value) ?? (mayBeList ? listTexts(value) : undefined);
  if (text !== undefined) return text;
  const kind = kindOf(value);
  return { message: `the field ${quoteName(name)} is ${kind}`, hint: hintFor(value, mayBeList) };
}

export function isProblem(value: FieldValue | FieldValue[] | FieldProblem): value is FieldProblem {
  return typeof value === 'object' && 'message' in value;
}

/** A field's value as text; undefined for what is no text, number or truth value. */
export function fieldText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  const isPlain = typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean';
  return isPlain ? String(value) : undefined;
}

/** The texts of a list; undefined for what is none, or holds what is no text. */
export function listTexts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.map(fieldText);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** `an object`, `null`, `a list` … */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'binary: its bytes are no UTF-8 text';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number' ? `no finite number (${value})` : `a ${typeof value}`;
}

/** The same of what may be a number that is fine in itself. */
export function plainKindOf(value: unknown): string {
  return typeof value === 'number' ? 'a number' : kindOf(value);
}

function hintFor(value: unknown, mayBeList: boolean | undefined): string {
  const isObject = kindOf(value) === 'an object';
  const keys = isObject ? Object.keys(value as object) : [];
  if (keys.length > 0) {
    return `It must be a string, and has ${listNames(keys)} in it: write the one that you mean as a field of its own.`;
  }
  return mayBeList
    ? 'It must be a string or a list of strings; [] is none.'
    : 'It must be a string, a number, true or false.';
}
