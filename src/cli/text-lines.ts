import { isUtf8 } from 'node:buffer';
import { HumanError } from '../protocol/human-error';

/**
 * The lines of a stream of bytes, as many at a time as have arrived. A byte-order mark and carriage returns
 * at line ends are left out; empty lines are kept.
 *
 * @param name of the stream, for messages
 * @throws HumanError with the line where the bytes are not UTF-8
 */
export async function* textLines(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string[]> {
  let line = 1;
  /** The line that is not whole yet, in the pieces in which it came. */
  let unfinished: Uint8Array[] = [];
  for await (const chunk of chunks) {
    // In UTF-8, the byte of a line break is never part of another character.
    const end = chunk.lastIndexOf(lineBreak);
    if (end >= 0) {
      const lines = decodeLines(Buffer.concat([...unfinished, chunk.subarray(0, end)]), line, name);
      unfinished = [];
      line += lines.length;
      yield lines;
    }
    unfinished.push(chunk.subarray(end + 1));
  }
  const rest = Buffer.concat(unfinished);
  if (rest.length > 0) yield decodeLines(rest, line, name);
}

const lineBreak = 0x0a;

/** @param firstLine the number of the first line in `bytes` */
function decodeLines(bytes: Buffer, firstLine: number, name: string): string[] {
  if (!isUtf8(bytes)) {
    throw new HumanError('These bytes are not UTF-8 text.', {
      place: { file: name, line: firstLine + linesBeforeBadByte(bytes) },
      hint: 'Convert the texts to UTF-8 first.',
    });
  }
  const text = bytes.toString('utf8');
  const withoutMark = firstLine === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
  return withoutMark.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** How many whole lines stand before the first one with a byte that is not UTF-8. */
function linesBeforeBadByte(bytes: Buffer): number {
  let lines = 0;
  for (let start = 0; ; lines++) {
    const end = bytes.indexOf(lineBreak, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return lines;
    start = end + 1;
  }
}
