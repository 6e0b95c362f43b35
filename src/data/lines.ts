const lineBreak = /\r\n?|\n/g;

/** How many line breaks (\n, \r\n or a lone \r, as editors count) are in the text. */
export function countLineBreaks(text: string): number {
  if (!text.includes('\n') && !text.includes('\r')) return 0;
  return text.match(lineBreak)!.length;
}

/** Line and column (from 1, in UTF-16 units) of a position in a text that starts on `firstLine`. */
export function placeInText(text: string, position: number, firstLine: number) {
  const before = text.slice(0, position);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  return { line: firstLine + countLineBreaks(before), column: position - lineStart + 1 };
}
