/** Turns offsets in a text into lines and columns as editors count them. */
export interface LineIndex {
  /** The line and column of an offset; both count from 1, columns in UTF-16 code units. */
  at(offset: number): { line: number; column: number };
}

/** Lines end at `\n`, `\r\n` or a lone `\r`. */
export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return {
    at(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (starts[middle]! <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - starts[low]! + 1 };
    },
  };
}
