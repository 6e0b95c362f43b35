/** What the label columns of a row say once it has other labels. */
import { quoteName } from '../protocol/did-you-mean';
import type { LabelOptions } from './label-fields';
import type { FieldValue } from './record-reader';

/**
 * The columns' values with other labels, the reverse of `labelFields`. What needs no change stays as it is, to the last
 * space.
 *
 * @param values what the label columns hold
 */
export function relabelled(
  values: readonly FieldValue[],
  labels: readonly string[],
  { task, label, labelSeparator = ',' }: LabelOptions,
): FieldValue[] | { reason: string } {
  if (typeof label !== 'string') {
    return values.map((value, i) => withFlag(String(value), labels.includes(label[i]!)));
  }
  const [value] = values as [FieldValue];
  if (task !== 'multi-label') return [inPlaceOf(String(value), labels[0]!)];
  if (typeof value !== 'string') return [ordered(value, labels)];
  const unwritable = labels.find((one) => one.includes(labelSeparator));
  if (unwritable !== undefined) {
    const separator = quoteName(labelSeparator);
    return { reason: `${quoteName(unwritable)} holds ${separator}, which stands between labels here` };
  }
  const parts = value.split(labelSeparator);
  const isSpaced = parts.slice(1).every((part) => part.startsWith(' '));
  const written = ordered(parts, labels).join(
    parts.length > 1 && isSpaced ? `${labelSeparator} ` : labelSeparator,
  );
  return [inPlaceOf(value, written)];
}

/** Those that stay where they were, then the others. */
function ordered(before: readonly string[], labels: readonly string[]): string[] {
  const kept = before.map((part) => part.trim()).filter((part) => labels.includes(part));
  return [...new Set([...kept, ...labels])];
}

/** With the spaces that were around it. */
function inPlaceOf(before: string, text: string): string {
  const trimmed = before.trim();
  if (trimmed === '') return text;
  const start = before.indexOf(trimmed);
  return before.slice(0, start) + text + before.slice(start + trimmed.length);
}

const opposites: readonly (readonly [no: string, yes: string])[] = [
  ['0', '1'],
  ['false', 'true'],
  ['False', 'True'],
  ['FALSE', 'TRUE'],
];

/** 0 or 1, false or true, as it was written. */
function withFlag(before: string, isSet: boolean): string {
  const written = before.trim();
  const pair = opposites.find((words) => words.includes(written)) ?? opposites[0]!;
  const wanted = pair[Number(isSet)]!;
  // However it is spelt: it says so already.
  return written.toLowerCase() === wanted.toLowerCase() ? before : inPlaceOf(before, wanted);
}
