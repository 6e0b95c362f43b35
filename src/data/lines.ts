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

/** The lines of places in a text that comes in chunks; places are asked for in their order. */
export class LineCounter {
  #chunk: Uint8Array = new Uint8Array();
  /** Where the chunk starts in the text. */
  #base = 0;
  #counted = 0;
  #line = 1;
  #previous = 0;

  add(chunk: Uint8Array): void {
    this.lineAt(this.#base + this.#chunk.length);
    this.#base += this.#chunk.length;
    this.#chunk = chunk;
    this.#counted = 0;
  }

  /** The line, from 1, of the byte at an offset: of one in an earlier chunk, the line on which the chunk at hand starts. */
  lineAt(offset: number): number {
    const end = Math.min(offset - this.#base, this.#chunk.length);
    for (; this.#counted < end; this.#counted++) {
      const byte = this.#chunk[this.#counted]!;
      if (byte === 13 || (byte === 10 && this.#previous !== 13)) this.#line++;
      this.#previous = byte;
    }
    return this.#line;
  }
}
