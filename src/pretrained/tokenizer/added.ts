import type { AddedToken } from './json';
import type { Normalize } from './normalizers';

/** A part of a text: an added token, or what is to be cut into words. */
export type Part = { id: number } | { text: string; start: number };

/**
 * Finds added tokens such as `[SEP]` in a text: from its start on the longest, with the white space that belongs to
 * it. They are found in data too, as in Python.
 */
export function finderOf(
  tokens: readonly AddedToken[],
  ids: ReadonlyMap<string, number>,
  normalize: Normalize,
): (text: string) => Part[] {
  const byContent = new Map<string, AddedToken>();
  for (const token of tokens) {
    const content = normalize(token.content);
    if (content !== '') byContent.set(content, token);
  }
  if (byContent.size === 0) return (text) => (text === '' ? [] : [{ text, start: 0 }]);
  const longestFirst = [...byContent.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(literally).join('|'), 'g');

  return (text) => {
    const parts: Part[] = [];
    let done = 0;
    for (const match of text.matchAll(pattern)) {
      const token = byContent.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (token.single_word && !standsAlone(text, start, end)) continue;
      if (token.lstrip) while (start > done && isSpace(text[start - 1]!)) start--;
      if (token.rstrip) while (end < text.length && isSpace(text[end]!)) end++;
      if (start > done) parts.push({ text: text.slice(done, start), start: done });
      parts.push({ id: ids.get(token.content)! });
      done = end;
    }
    if (done < text.length) parts.push({ text: text.slice(done), start: done });
    return parts;
  };
}

function standsAlone(text: string, start: number, end: number): boolean {
  return (
    !/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]$/u.test(text.slice(Math.max(0, start - 2), start)) &&
    !/^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u.test(text.slice(end, end + 2))
  );
}

function isSpace(character: string): boolean {
  return /\p{White_Space}/u.test(character);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
