import { createReadStream } from 'node:fs';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';

const chunkBytes = 1 << 20;
/** A file with longer lines is not one of lines. */
const longestLineBytes = 1 << 22;
const newline = 0x0a;
const pathHint = 'Check model.embedding.vectors: the path is relative to the folder of the experiment file.';

/**
 * One line is `bytes` from `start` to `end`, without its line end and trailing white space; `line` counts
 * from 1. Returning `false` ends the reading.
 */
export type OnLine = (bytes: Buffer, start: number, end: number, line: number) => false | undefined;

/**
 * Gives the lines of a file as bytes, undecoded: for files of which only a small part is needed as text.
 * Lines without bytes are left out but counted.
 *
 * @throws HumanError when the file can't be opened or isn't one of lines
 */
export async function forEachLine(file: string, onLine: OnLine): Promise<void> {
  let line = 0;
  const give = (bytes: Buffer, start: number, end: number): false | undefined => {
    line++;
    let last = end;
    while (last > start && bytes[last - 1]! <= 0x20) last--;
    return last > start ? onLine(bytes, start, last, line) : undefined;
  };
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
      const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let start = 0;
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
        if (give(bytes, start, end) === false) return;
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > longestLineBytes) {
        throw new HumanError('this line is too long for a text file of vectors', {
          place: { file, line: line + 1 },
          hint: 'Is the file compressed or binary? Unpack it first.',
        });
      }
    }
  } catch (error) {
    throw fileError('reading', file, error, { missing: pathHint, folder: pathHint });
  }
  if (rest.length > 0) give(rest, 0, rest.length);
}
