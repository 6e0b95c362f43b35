import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { HumanError, type Place } from '../protocol/human-error';
import { type Reading, readBytes } from './bytes';
import { refuseOtherFiles, refuseZeros } from './no-text';

/** Where a text's bytes come from, and how they are read from the beginning again: only errors need that. */
interface TextSource {
  file: string;
  again(): AsyncIterable<Buffer>;
}

/**
 * The contents of a text file as valid UTF-8, in chunks that never end inside a character, without its
 * byte-order mark. UTF-16 is converted where a byte-order mark announces it.
 *
 * @throws HumanError for a file that can't be opened or unpacked, and with line and column for bytes that aren't UTF-8
 */
export function readUtf8(
  source: { file: string; gzipped: boolean },
  reading?: Reading,
): AsyncGenerator<Buffer> {
  const again = () => readBytes(source);
  return decodeText({ file: source.file, again }, readBytes(source, reading));
}

/** The same of bytes that are read already. */
export async function decodeWhole(file: string, bytes: Buffer): Promise<string> {
  if (bytes[0] !== 0xef && !bytes.includes(0) && isUtf8(bytes)) return bytes.toString('utf8');
  const parts: Buffer[] = [];
  for await (const part of decodeText(
    { file, again: () => Readable.from([bytes]) },
    Readable.from([bytes]),
  )) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function* decodeText(source: TextSource, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decode: Decoder | undefined;
  let done = 0;
  for await (const chunk of chunks) {
    if (!decode) {
      refuseOtherFiles(source.file, chunk);
      decode = chooseDecoder(source, chunk);
      refuseZeros(source.file, decode.name, chunk);
    }
    const text = await decode.next(chunk);
    const zero = text.indexOf(0);
    if (zero >= 0) throw await zeroInText(source, decode, done + zero);
    done += text.length;
    if (text.length > 0) yield text;
  }
  await decode?.end();
}

/** @param offset where it is in the text as UTF-8, without a mark */
async function zeroInText(
  source: TextSource,
  { name, markLength }: Decoder,
  offset: number,
): Promise<HumanError> {
  const place =
    name === 'utf-8'
      ? await placeOfByte(source.file, source.again(), markLength + offset)
      : { file: source.file };
  return new HumanError('there is a zero character, which no text has', {
    place,
    hint: 'If all else is fine, leave these characters out; in UTF-8: tr -d "\\000" < OLD > NEW',
  });
}

interface Decoder {
  name: string;
  /** Bytes of the mark that it leaves out. */
  markLength: number;
  next(chunk: Buffer): Promise<Buffer>;
  end(): Promise<void>;
}

/** A byte-order mark decides; without one a text file is UTF-8. */
function chooseDecoder(source: TextSource, start: Buffer): Decoder {
  if (start[0] === 0xff && start[1] === 0xfe) return utf16Decoder(source.file, 'utf-16le');
  if (start[0] === 0xfe && start[1] === 0xff) return utf16Decoder(source.file, 'utf-16be');
  const hasMark = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
  return utf8Decoder(source, hasMark ? 3 : 0);
}

function utf16Decoder(file: string, name: 'utf-16le' | 'utf-16be'): Decoder {
  // TextDecoder drops the byte-order mark itself.
  const decoder = new TextDecoder(name, { fatal: true });
  const decode = (chunk?: Buffer) => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch (cause) {
      throw new HumanError(
        `the byte-order mark says ${name.toUpperCase()}, but the file holds what is not UTF-16`,
        {
          place: { file },
          hint: 'The file may be cut off or joined from several. Save it anew as UTF-8.',
          cause,
        },
      );
    }
  };
  return {
    name,
    markLength: 2,
    next: async (chunk) => decode(chunk),
    end: async () => {
      decode();
    },
  };
}

function utf8Decoder(source: TextSource, markLength: number): Decoder {
  let skip = markLength;
  /** The first bytes of a character that the next chunk completes. */
  let rest: Buffer = Buffer.alloc(0);
  /** Where `rest` starts in the file. */
  let offset = markLength;
  return {
    name: 'utf-8',
    markLength,
    async next(chunk) {
      const fresh = chunk.subarray(skip);
      skip = 0;
      const bytes = rest.length > 0 ? Buffer.concat([rest, fresh]) : fresh;
      const whole = bytes.subarray(0, bytes.length - unfinishedBytes(bytes));
      if (!isUtf8(whole)) throw await notUtf8(source, offset, whole);
      rest = bytes.subarray(whole.length);
      offset += whole.length;
      return whole;
    },
    async end() {
      if (rest.length > 0) throw await notUtf8(source, offset, rest);
    },
  };
}

/** How many bytes at the end begin a character of UTF-8 without finishing it, 0 to 3. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const needed = byte > 0xf4 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? back : 0;
    }
  }
  return 0;
}

/** @param bytes hold the first byte that isn't UTF-8; they start at `offset` in the file */
async function notUtf8(source: TextSource, offset: number, bytes: Buffer): Promise<HumanError> {
  // Decoding replaces what is not UTF-8, so writing it again first differs at the culprit.
  const again = Buffer.from(bytes.toString('utf8'));
  let bad = 0;
  while (bad < bytes.length && bytes[bad] === again[bad]) bad++;
  // The replacement character may share its first bytes with the broken one.
  while (bad > 0 && !isUtf8(bytes.subarray(0, bad))) bad--;
  const place = await placeOfByte(source.file, source.again(), offset + bad);
  if (bytes.length - bad < 4 && unfinishedBytes(bytes) === bytes.length - bad) {
    return new HumanError('the file ends in the middle of a character', {
      place,
      hint: 'It was probably cut off: copy or download it again.',
    });
  }
  const code = bytes[bad]!.toString(16).toUpperCase().padStart(2, '0');
  // Its tables are large, and hardly anybody ever needs them.
  const { suggestEncoding } = await import('./guess-encoding');
  return new HumanError(`byte 0x${code} (number ${offset + bad + 1} in the file) is not UTF-8`, {
    place,
    hint: suggestEncoding(bytes, bad),
  });
}

/** Line and column of the byte at an offset, in UTF-16 units from 1. Reads the chunks up to there. */
export async function placeOfByte(
  file: string,
  chunks: AsyncIterable<Buffer>,
  offset: number,
): Promise<Required<Place>> {
  let line = 1;
  let lineBytes: Buffer[] = [];
  let previous = 0;
  let left = offset;
  for await (const chunk of chunks) {
    const part = chunk.subarray(0, left);
    let start = 0;
    for (let i = 0; i < part.length; i++) {
      const byte = part[i]!;
      if (byte === 10 || byte === 13) {
        // \r\n is one line break, counted at the \r.
        if (!(byte === 10 && previous === 13)) line++;
        start = i + 1;
        lineBytes = [];
      }
      previous = byte;
    }
    lineBytes.push(part.subarray(start));
    left -= part.length;
    if (left <= 0) break;
  }
  const before = Buffer.concat(lineBytes).toString('utf8');
  return { file, line, column: before.replace(/^\uFEFF/, '').length + 1 };
}
