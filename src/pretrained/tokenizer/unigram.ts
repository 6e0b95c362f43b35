import type { ModelJson } from './json';

/** How much less likely an unknown character is than the least likely piece. */
const unknownPenalty = 10;

/**
 * The most likely pieces of a word (Viterbi), their scores being logarithms of probabilities; neighbouring unknown
 * characters are one unknown piece. As `encode_optimized` of Hugging Face's tokenizers, which takes the first of equally
 * likely ways and does its sums in float64.
 */
export function unigramOf(json: Extract<ModelJson, { type: 'Unigram' }>): (word: string) => number[] {
  const { vocab, unk_id, byte_fallback } = json;
  const ids = new Map(vocab.map(([piece], id) => [piece, id]));
  const scores = Float64Array.from(vocab, ([, score]) => score);
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - unknownPenalty;
  // Not a tree of characters: for 250 000 pieces it would take hundreds of megabytes.
  const lengths = [...new Set(vocab.map(([piece]) => piece.length))]
    .filter((length) => length > 0)
    .sort(ascending);
  const unknown = unk_id ?? undefined;

  const idsOf = (piece: string): number[] => {
    const id = ids.get(piece);
    if (id !== undefined) return [id];
    if (byte_fallback) {
      const bytes = Array.from(Buffer.from(piece), (byte) => ids.get(nameOf(byte)));
      if (bytes.every((byte) => byte !== undefined)) return bytes;
    }
    return unknown === undefined ? [] : [unknown];
  };

  return (word) => {
    const best = new Float64Array(word.length + 1).fill(-Infinity);
    const starts = new Int32Array(word.length + 1).fill(-1);
    const isUnknown = new Uint8Array(word.length + 1);
    best[0] = 0;
    const offer = (start: number, end: number, score: number, asUnknown: boolean) => {
      const total = score + best[start]!;
      if (starts[end]! >= 0 && total <= best[end]!) return;
      best[end] = total;
      starts[end] = start;
      isUnknown[end] = asUnknown ? 1 : 0;
    };
    for (let start = 0; start < word.length; ) {
      const next = start + (word.codePointAt(start)! > 0xffff ? 2 : 1);
      let known = false;
      for (const length of lengths) {
        if (start + length > word.length) break;
        const id = ids.get(word.slice(start, start + length));
        if (id === undefined) continue;
        known ||= start + length === next;
        offer(start, start + length, scores[id]!, id === unknown);
      }
      if (!known) offer(start, next, unknownScore, true);
      start = next;
    }
    return piecesOf(word, starts, isUnknown).flatMap(idsOf);
  };
}

/** Follows the best way back from the word's end. */
function piecesOf(word: string, starts: Int32Array, isUnknown: Uint8Array): string[] {
  const pieces: string[] = [];
  for (let end = word.length; end > 0; ) {
    let start = starts[end]!;
    if (isUnknown[end]) while (start > 0 && isUnknown[start]) start = starts[start]!;
    pieces.push(word.slice(start, end));
    end = start;
  }
  return pieces.reverse();
}

/** Of the piece that stands for a byte: `<0x0A>`. */
function nameOf(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}

function ascending(a: number, b: number): number {
  return a - b;
}
