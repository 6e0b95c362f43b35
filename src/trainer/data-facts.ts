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
export function summarizeLengths(lengths: ArrayLike<number>, maxLength: number): LengthSummary {
  const sorted = Uint32Array.from(lengths).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  let [total, lost, cutTexts] = [0, 0, 0];
  for (const length of sorted) {
    total += length;
    lost += Math.max(0, length - maxLength);
    if (length > maxLength) cutTexts++;
  }
  return {
    median: at(0.5),
    p95: at(0.95),
    longest: sorted.at(-1) ?? 0,
    cutTexts,
    cutTokenShare: total === 0 ? 0 : lost / total,
  };
}
