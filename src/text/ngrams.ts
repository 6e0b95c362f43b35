/** The runs of 2 to `longest` neighbouring tokens, each joined by spaces: all pairs first, then all triples, and so on. */
export function ngramsOf(tokens: readonly string[], longest: number): string[] {
  const all: string[] = [];
  let shorter = tokens;
  for (let n = 2; n <= Math.min(longest, tokens.length); n++) {
    shorter = shorter.slice(0, -1).map((ngram, start) => `${ngram} ${tokens[start + n - 1]}`);
    for (const ngram of shorter) all.push(ngram);
  }
  return all;
}

/**
 * The numbers of a text's first `maxLength` tokens and of their n-grams.
 *
 * @param ids the numbers of all `tokens` tokens of the text, then of their n-grams in the order of `ngramsOf`
 */
export function cutNgrams(ids: Int32Array, tokens: number, longest: number, maxLength: number): Int32Array {
  if (tokens <= maxLength) return ids;
  const parts: Int32Array[] = [];
  let start = 0;
  for (let n = 1; n <= longest; n++) {
    parts.push(ids.subarray(start, start + Math.max(maxLength - n + 1, 0)));
    start += Math.max(tokens - n + 1, 0);
  }
  const kept = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    kept.set(part, end);
    end += part.length;
  }
  return kept;
}
