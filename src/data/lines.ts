import { HumanError } from '../protocol/human-error';
import { longestRecordBytes } from './record-reader';

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

/**
 * The lines of a file, numbered from 1, without their \n.
 *
 * @param chunks valid UTF-8 that never ends inside a character
 * @param hint what to do about a line that is too long to be a text
 */
export async function* readLines(file: string, chunks: AsyncIterable<Buffer>, hint: string) {
  let line = 1;
  let rest = '';
  for await (const chunk of chunks) {
    const text = chunk.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield { line, text: rest + text.slice(start, end) };
      rest = '';
      line++;
      start = end + 1;
    }
    rest += text.slice(start);
    if (rest.length > longestRecordBytes) {
      throw new HumanError(`this line is longer than ${longestRecordBytes >> 20} MiB`, {
        place: { file, line },
        hint,
      });
    }
  }
  yield { line, text: rest };
}
