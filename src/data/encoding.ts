import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { HumanError, type Place } from '../protocol/human-error';
import { describeFileError } from './file-problem';

const chunkBytes = 1 << 20;

/**
 * The contents of a text file as valid UTF-8, in chunks that never end inside a character, without its
 * byte-order mark. UTF-16 is converted where a byte-order mark announces it.
 *
 * @param observe is shown the file's bytes as they are, for a digest
 * @throws HumanError for a file that can't be opened, and with line and column for bytes that aren't UTF-8
 */
export async function* readUtf8(file: string, observe?: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  let decode: Decoder | undefined;
  for await (const chunk of readChunks(file)) {
    observe?.(chunk);
    if (!decode) {
      decode = chooseDecoder(file, chunk);
      refuseBinary(file, decode.name, chunk);
    }
    const text = await decode.next(chunk);
    if (text.length > 0) yield text;
  }
  await decode?.end();
}

async function* readChunks(file: string): AsyncGenerator<Buffer> {
  const stream = createReadStream(file, { highWaterMark: chunkBytes });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw await describeFileError(file, error);
  }
}

interface Decoder {
  name: string;
  next(chunk: Buffer): Promise<Buffer>;
  end(): Promise<void>;
}

/** A byte-order mark decides; without one a text file is UTF-8. */
function chooseDecoder(file: string, start: Buffer): Decoder {
  if (start[0] === 0xff && start[1] === 0xfe) return utf16Decoder(file, 'utf-16le');
  if (start[0] === 0xfe && start[1] === 0xff) return utf16Decoder(file, 'utf-16be');
  const hasMark = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
  return utf8Decoder(file, hasMark ? 3 : 0);
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
    next: async (chunk) => decode(chunk),
    end: async () => {
      decode();
    },
  };
}

function utf8Decoder(file: string, markLength: number): Decoder {
  let skip = markLength;
  /** The first bytes of a character that the next chunk completes. */
  let rest: Buffer = Buffer.alloc(0);
  /** Where `rest` starts in the file. */
  let offset = markLength;
  return {
    name: 'utf-8',
    async next(chunk) {
      const fresh = chunk.subarray(skip);
      skip = 0;
      const bytes = rest.length > 0 ? Buffer.concat([rest, fresh]) : fresh;
      const whole = bytes.subarray(0, bytes.length - unfinishedBytes(bytes));
      if (!isUtf8(whole)) throw await notUtf8(file, offset, whole);
      rest = bytes.subarray(whole.length);
      offset += whole.length;
      return whole;
    },
    async end() {
      if (rest.length > 0) throw await notUtf8(file, offset, rest);
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

/** Text has no zero bytes: they mean UTF-16 or UTF-32 without its mark, or no text at all. */
function refuseBinary(file: string, encoding: string, start: Buffer): void {
  const isWide = encoding !== 'utf-8';
  if (isWide && !(start[2] === 0 && start[3] === 0)) return;
  const zero = start.indexOf(0);
  if (zero < 0) return;
  throw new HumanError(`this is not a UTF-8 text file: byte ${zero + 1} is zero`, {
    place: { file },
    hint: 'Is it UTF-16 or UTF-32, a spreadsheet or an archive? Save or export it as UTF-8 text.',
  });
}

/** @param bytes hold the first byte that isn't UTF-8; they start at `offset` in the file */
async function notUtf8(file: string, offset: number, bytes: Buffer): Promise<HumanError> {
  // Decoding replaces what is not UTF-8, so writing it again first differs at the culprit.
  const again = Buffer.from(bytes.toString('utf8'));
  let bad = 0;
  while (bad < bytes.length && bytes[bad] === again[bad]) bad++;
  // The replacement character may share its first bytes with the broken one.
  while (bad > 0 && !isUtf8(bytes.subarray(0, bad))) bad--;
  const place = await placeOfByte(file, offset + bad);
  if (bytes.length - bad < 4 && unfinishedBytes(bytes) === bytes.length - bad) {
    return new HumanError('the file ends in the middle of a character', {
      place,
      hint: 'It was probably cut off: copy or download it again.',
    });
  }
  const code = bytes[bad]!.toString(16).toUpperCase().padStart(2, '0');
  return new HumanError(`byte 0x${code} (number ${offset + bad + 1} in the file) is not UTF-8`, {
    place,
    hint: suggestEncoding(bytes.subarray(bad)),
  });
}

/**
 * Western European one-byte encodings use few bytes above 0x7F, each among ASCII letters; only Windows-1252
 * has printable characters (curly quotes, dashes, the euro) from 0x80 to 0x9F.
 */
function suggestEncoding(bytes: Buffer): string {
  let high = 0;
  let alone = 0;
  let controls = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! < 0x80) continue;
    high++;
    if (bytes[i]! < 0xa0) controls++;
    if ((bytes[i - 1] ?? 0) < 0x80 && (bytes[i + 1] ?? 0) < 0x80) alone++;
  }
  const advice = 'In VS Code: "Reopen with Encoding", then "Save with Encoding" and UTF-8.';
  if (alone * 2 < high) return `Convert the file to UTF-8 from the encoding that it was saved in. ${advice}`;
  const name = controls > 0 ? 'Windows-1252' : 'Latin-1 (ISO-8859-1)';
  const from = controls > 0 ? 'WINDOWS-1252' : 'ISO-8859-1';
  return `It looks like ${name}. ${advice} Or: iconv -f ${from} -t UTF-8 OLD > NEW`;
}

/** Line and column of a byte. Reads the file again up to there: only errors need it. */
async function placeOfByte(file: string, offset: number): Promise<Place> {
  let line = 1;
  let lineBytes: Buffer[] = [];
  let previous = 0;
  let left = offset;
  for await (const chunk of readChunks(file)) {
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
