import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
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
 * Gives the lines of a file, gzipped or not, as bytes, undecoded: for files of which only a small part is needed
 * as text. Lines without bytes are left out but counted. No more than a few megabytes are in memory at a time.
 *
 * @throws HumanError when the file can't be opened, isn't one of lines, or is cut off inside its gzip stream
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
  for await (const chunk of readUnpacked(file)) {
    if (line === 0 && rest.length === 0) refuseBinary(file, chunk);
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
        hint: 'Is the file binary? Convert it to a text file first.',
      });
    }
  }
  if (rest.length > 0) give(rest, 0, rest.length);
}

/** A file's bytes, unpacked if it is gzipped. */
async function* readUnpacked(file: string): AsyncGenerator<Buffer> {
  try {
    const start = await readStart(file);
    refuseOther(file, start);
    const stream = createReadStream(file, { highWaterMark: chunkBytes });
    if (start[0] === 0x1f && start[1] === 0x8b) yield* gunzip(file, stream);
    else yield* stream;
  } catch (error) {
    throw fileError('reading', file, error, { missing: pathHint, folder: pathHint });
  }
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function* gunzip(file: string, packed: ReadStream): AsyncGenerator<Buffer> {
  const unpacked = createGunzip({ chunkSize: chunkBytes });
  packed.on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  try {
    yield* unpacked;
  } catch (error) {
    throw damagedGzip(file, error);
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

/** What zlib's error codes mean to a person; other errors come back as they are. */
function damagedGzip(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'Z_BUF_ERROR' && code !== 'Z_DATA_ERROR') return error;
  const what =
    code === 'Z_BUF_ERROR' ? 'ends before its gzip stream does' : 'is damaged: its gzip stream has errors';
  return new HumanError(`this file ${what}`, {
    place: { file },
    hint: 'It was probably cut off while it was copied or downloaded: get it again.',
    cause: error,
  });
}

const others: { magic: string; what: string; hint: string }[] = [
  {
    magic: 'PK\u0003\u0004',
    what: 'a zip archive',
    hint: 'Unpack it, and name the text file that was in it.',
  },
  { magic: 'BZh', what: 'packed with bzip2', hint: 'Unpack it first (bunzip2).' },
  { magic: '\u00fd7zXZ', what: 'packed with xz', hint: 'Unpack it first (unxz).' },
  {
    magic: '7z\u00bc\u00af',
    what: 'a 7-Zip archive',
    hint: 'Unpack it, and name the text file that was in it.',
  },
  { magic: '(\u00b5/\u00fd', what: 'packed with Zstandard', hint: 'Unpack it first (unzstd).' },
];

function refuseOther(file: string, start: Buffer): void {
  const text = start.toString('latin1');
  const other = others.find(({ magic }) => text.startsWith(magic));
  if (other) throw notText(file, other.what, other.hint);
}

/** Text has no zero bytes; the numbers of word2vec's and fastText's binary files do. */
function refuseBinary(file: string, start: Buffer): void {
  if (!start.includes(0)) return;
  const hint =
    "Take the model's text file (.vec, .txt), or write one: gensim's load_word2vec_format(…, binary=True) and save_word2vec_format.";
  throw notText(file, 'binary', hint);
}

function notText(file: string, what: string, hint: string): HumanError {
  return new HumanError(`this file is ${what}, not a text file of vectors`, { place: { file }, hint });
}
