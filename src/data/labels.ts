import { HumanError } from '../protocol/human-error';
import type { LabelOptions } from './label-fields';
import type { Row } from './rows';

/**
 * The classes of the rows in the model's order: `labels` as given, or the columns of a label each, or else the
 * labels that occur, sorted so that "2" comes before "10", in the same order on every machine.
 *
 * @throws HumanError when there are fewer than two classes to tell apart, or no row has any
 */
export function labelSet(
  rows: readonly Row[],
  { task, label = '', labels }: Partial<LabelOptions> & { labels?: readonly string[] } = {},
): string[] {
  const seen = new Set<string>();
  for (const row of rows) for (const label of row.labels) seen.add(label);
  const named = labels ?? (typeof label === 'string' ? undefined : label);
  // Of several labels a row, one that all rows have in common or lack is bad luck; of a single one it is a mistake.
  requireClasses(seen, named && task === 'multi-label' ? 1 : 2, rows);
  return named ? [...named] : [...seen].sort(compareLabels);
}

/** @throws HumanError when the rows hold fewer classes */
function requireClasses(seen: ReadonlySet<string>, least: number, rows: readonly Row[]): void {
  if (seen.size >= least) return;
  const [only] = seen;
  const what = rows.length === 0 ? 'there are no rows to train on' : 'no row has any label';
  throw new HumanError(
    only === undefined
      ? what
      : `all rows have the label ${JSON.stringify(only)}: a classifier needs at least two classes`,
    {
      place: { file: rows[0]?.file ?? '' },
      hint: 'Check data.label, the column that holds the class, and add rows of other classes.',
    },
  );
}

const pieces = /\d+|\D+/g;

/**
 * Numbers first and by value, then all else piece by piece: runs of digits by value, the rest by code units,
 * never by the machine's language. A total order: labels that differ are never equal.
 */
export function compareLabels(a: string, b: string): number {
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== undefined || y !== undefined) {
    const byValue = (x ?? Number.POSITIVE_INFINITY) - (y ?? Number.POSITIVE_INFINITY);
    return byValue || byCodeUnits(a, b);
  }
  const [left, right] = [a.match(pieces) ?? [], b.match(pieces) ?? []];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = comparePieces(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || byCodeUnits(a, b);
}

function comparePieces(a: string, b: string): number {
  const [x, y] = [asNumber(a), asNumber(b)];
  return x !== undefined && y !== undefined ? x - y : byCodeUnits(a, b);
}

function asNumber(text: string): number | undefined {
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** In the same order on every machine. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
