import type { LengthReport } from '../src/protocol/inspection';

type Bins = LengthReport['bins'];

/** About so many marks stand below a histogram. */
const mostTicks = 6;

/**
 * Where the texts are cut, between 0 (the left end) and 1. All bins are drawn equally wide; the last one, which is
 * open, as if it ended at the longest text.
 */
export function cutPosition(bins: Bins, maxLength: number, longest: number): number {
  const index = bins.findLastIndex(({ from }) => from <= maxLength);
  const bin = bins[index];
  if (!bin) return 0;
  const end = index === bins.length - 1 ? Math.max(longest, bin.from) + 1 : bin.to;
  const share = Math.min(1, (maxLength - bin.from) / (end - bin.from));
  return (index + share) / bins.length;
}

/** Beginnings of bins, evenly spread. */
export function tickPlaces(bins: Bins): { value: number; at: number }[] {
  const step = Math.ceil(bins.length / mostTicks);
  return bins.flatMap(({ from }, i) => (i % step === 0 ? [{ value: from, at: i / bins.length }] : []));
}
