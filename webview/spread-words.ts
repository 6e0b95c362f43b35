/**
 * Where words begin that each stand over a place on one line: in its middle, unless they would leave the line or run
 * into each other. Where they are too many for the line, they leave it at its start.
 *
 * @param words from left to right
 * @param gap the least room between two of them
 */
export function spreadWords(
  words: readonly { at: number; width: number }[],
  left: number,
  right: number,
  gap: number,
): number[] {
  const lefts = words.map(({ at, width }) => Math.max(at - width / 2, left));
  for (let i = 1; i < words.length; i++) {
    lefts[i] = Math.max(lefts[i]!, lefts[i - 1]! + words[i - 1]!.width + gap);
  }
  for (let i = words.length - 1; i >= 0; i--) {
    const end = i === words.length - 1 ? right : lefts[i + 1]! - gap;
    lefts[i] = Math.min(lefts[i]!, end - words[i]!.width);
  }
  return lefts;
}
