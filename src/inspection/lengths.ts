import type { LengthReport } from '../protocol/inspection';

/** Bins of a histogram at most. */
const mostBins = 40;
/** Up to this share of the texts, bins are of one width; the few longer ones share the last. */
const binned = 0.99;

/** How many tokens texts have. Keeps one number for each different length. */
export class Lengths {
  readonly #rows = new Map<number, number>();
  #texts = 0;
  #tokens = 0;

  add(tokens: number): void {
    this.#rows.set(tokens, (this.#rows.get(tokens) ?? 0) + 1);
    this.#texts++;
    this.#tokens += tokens;
  }

  /** @param maxLength the tokens that are read of a text; null where all are */
  report(unit: LengthReport['unit'], maxLength: number | null): LengthReport {
    const sorted = [...this.#rows].sort(([a], [b]) => a - b);
    const longest = sorted.at(-1)?.[0] ?? 0;
    let cutRows = 0;
    let cutTokens = 0;
    for (const [length, rows] of sorted) {
      if (maxLength === null || length <= maxLength) continue;
      cutRows += rows;
      cutTokens += rows * (length - maxLength);
    }
    return {
      unit,
      bins: this.#bins(sorted, longest),
      median: this.#quantile(sorted, 0.5),
      p95: this.#quantile(sorted, 0.95),
      longest,
      maxLength,
      cutRows,
      cutShare: this.#tokens === 0 ? 0 : cutTokens / this.#tokens,
    };
  }

  /** As `summarizeLengths` of the trainer has it: the length of the row that stands at this share of all. */
  #quantile(sorted: readonly (readonly [number, number])[], share: number): number {
    const wanted = Math.min(this.#texts - 1, Math.floor(share * this.#texts));
    let passed = 0;
    for (const [length, rows] of sorted) {
      passed += rows;
      if (passed > wanted) return length;
    }
    return 0;
  }

  #bins(sorted: readonly (readonly [number, number])[], longest: number): LengthReport['bins'] {
    if (this.#texts === 0) return [];
    const width = roundWidth((this.#quantile(sorted, binned) + 1) / (mostBins - 1));
    const count = Math.min(mostBins, Math.floor(longest / width) + 1);
    const bins = Array.from({ length: count }, (_, i) => ({ from: i * width, to: (i + 1) * width, rows: 0 }));
    for (const [length, rows] of sorted) bins[Math.min(count - 1, Math.floor(length / width))]!.rows += rows;
    const last = bins.at(-1)!;
    last.to = Math.max(last.to, longest + 1);
    return bins;
  }
}

/** The next of 1, 2, 5, 10, 20, 50, … */
function roundWidth(least: number): number {
  for (let power = 1; ; power *= 10) {
    const width = [1, 2, 5].find((digit) => digit * power >= least);
    if (width !== undefined) return width * power;
  }
}
