import { readFile } from 'node:fs/promises';
import type { EvaluatedRow, RowFilter } from '../protocol/dashboard';
import { fileError } from '../protocol/file-error';
import { runPaths } from './paths';

/** Lines parsed at a stretch: whoever waits for the event loop waits no longer than this takes. */
const stretch = 2_000;

/**
 * The evaluated rows of a run as `predictions.ndjson` has them, most confident first; lines that are no rows
 * are left out.
 *
 * @throws HumanError where the file cannot be read
 */
export async function readPredictions(folder: string): Promise<EvaluatedRow[]> {
  const file = runPaths(folder).predictions;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileError('reading', file, error);
  });
  const lines = text.split('\n');
  const rows: EvaluatedRow[] = [];
  for (let start = 0; start < lines.length; start += stretch) {
    for (const line of lines.slice(start, start + stretch)) {
      const row = parseRow(line);
      if (row) rows.push(row);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return rows.sort((a, b) => b.probability - a.probability);
}

function parseRow(line: string): EvaluatedRow | undefined {
  if (line === '') return undefined;
  try {
    const { text, label, predicted, probability, labels, file, line: number } = JSON.parse(line);
    const strings = [text, label, predicted, file];
    if (!strings.every((value) => typeof value === 'string')) return undefined;
    if (typeof probability !== 'number' || !Number.isInteger(number)) return undefined;
    const lists = isLabelLists(labels)
      ? { labels: { truth: labels.truth, predicted: labels.predicted } }
      : {};
    return { text, truth: label, predicted, probability, ...lists, file, line: number };
  } catch {
    return undefined;
  }
}

function isLabelLists(value: unknown): value is NonNullable<EvaluatedRow['labels']> {
  const { truth, predicted } = (value ?? {}) as { truth?: unknown; predicted?: unknown };
  return [truth, predicted].every(
    (list) => Array.isArray(list) && list.every((label) => typeof label === 'string'),
  );
}

/** The rows of one cell of the confusion matrix, or the errors of one label; otherwise the wrongly classified ones. */
export function matchesFilter({ truth, predicted, labels }: EvaluatedRow, filter: RowFilter): boolean {
  if (filter.label !== undefined) {
    return labels?.truth.includes(filter.label) !== labels?.predicted.includes(filter.label);
  }
  if (filter.truth !== undefined && filter.truth !== truth) return false;
  if (filter.predicted !== undefined && filter.predicted !== predicted) return false;
  const isCell = filter.truth !== undefined && filter.predicted !== undefined;
  if (isCell) return true;
  // Lists may name the same labels in another order.
  return labels ? !haveSame(labels.truth, labels.predicted) : truth !== predicted;
}

function haveSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((label) => other.includes(label));
}
