import { countLabels, type Dataset } from '../data/rows';
import type { DataEvent, LengthSummary } from '../protocol/events';

export function countRows({ train, validation, test }: Dataset): DataEvent['rows'] {
  return { train: train.length, validation: validation.length, test: test.length };
}

export function countClasses({ labels, train, validation, test }: Dataset): DataEvent['classes'] {
  const counts = [train, validation, test].map((rows) => countLabels(labels, rows));
  return labels.map((label, i) => ({
    label,
    train: counts[0]![i]!,
    validation: counts[1]![i]!,
    test: counts[2]![i]!,
  }));
}

/** @param lengths the tokens of each text, before it is cut to `maxLength` of them */
export function summarizeLengths(lengths: readonly number[], maxLength: number): LengthSummary {
  const sorted = [...lengths].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const lost = lengths.reduce((sum, length) => sum + Math.max(0, length - maxLength), 0);
  return {
    median: at(0.5),
    p95: at(0.95),
    longest: sorted.at(-1) ?? 0,
    cutTexts: lengths.filter((length) => length > maxLength).length,
    cutTokenShare: total === 0 ? 0 : lost / total,
  };
}
