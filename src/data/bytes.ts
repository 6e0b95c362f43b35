import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { count } from '../protocol/count';
import { HumanError } from '../protocol/human-error';
import { describeFileError } from './file-problem';

/** What a reading tells of itself, and how it is ended. */
export interface Reading {
  /** Is shown each file's bytes as they lie on the disk, in their order: for a digest. */
  observe?: ((file: string, bytes: Buffer) => void) | undefined;
  /** Is told what share of the whole is read, 0 to 1. */
  progress?: ((share: number) => void) | undefined;
  /**
   * So many rows are enough: what reads many at a time need not read more. Of a folder they are of every class.
   */
  mostRows?: number | undefined;
  /** Ends the reading with its reason. */
  signal?: AbortSignal | undefined;
}

const chunkBytes = 1 << 20;
const unpackedBytes = 1 << 18;

/**
 * A file's bytes as they lie on the disk, in chunks of a megabyte.
 *
 * @throws HumanError for a file that can't be opened or read
 */
export async function* readRaw(
  file: string,
  { observe, progress, signal }: Reading = {},
): AsyncGenerator<Buffer> {
  const size = await stat(file).then(
    (stats) => stats.size,
    () => 0,
  );
  // A buffer is made for every read, and one more for that which finds the end: small files need no large ones.
  const highWaterMark = size > 0 ? Math.min(size, chunkBytes) : chunkBytes;
  const stream = createReadStream(file, { highWaterMark });
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      bytes += chunk.length;
      observe?.(file, chunk);
      progress?.(size > 0 ? Math.min(1, bytes / size) : 1);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw await describeFileError(file, error);
  }
}

/** The same; of an archive of gzip what is packed in it. */
export function readBytes(
  { file, gzipped }: { file: string; gzipped: boolean },
  reading?: Reading,
): AsyncIterable<Buffer> {
  const raw = readRaw(file, reading);
  return gzipped ? unpack(file, raw) : raw;
}

/**
 * What is packed in an archive of gzip, of all its members.
 *
 * @throws HumanError for an archive that is damaged or cut off
 */
async function* unpack(file: string, raw: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: unpackedBytes });
  let packed = 0;
  /** Zlib takes zeros at the end for padding, and with them whatever follows. */
  let lastFilled = 0;
  let isArchive = true;
  const watched = async function* () {
    for await (const chunk of raw) {
      if (packed === 0) isArchive = chunk[0] === 0x1f && chunk[1] === 0x8b;
      const filled = chunk.findLastIndex((byte) => byte !== 0) + 1;
      if (filled > 0) lastFilled = packed + filled;
      packed += chunk.length;
      yield chunk;
    }
  };
  let unpacked = 0;
  // What goes wrong is thrown where the chunks are read.
  pipeline(Readable.from(watched()), gunzip, () => {});
  try {
    for await (const chunk of gunzip) {
      unpacked += chunk.length;
      yield chunk as Buffer;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw isArchive ? damaged(file, error, unpacked) : noArchive(file, error);
  }
  if (gunzip.bytesWritten >= lastFilled) return;
  throw new HumanError('something follows the end of this gzip archive, after zeros', {
    place: { file },
    hint: 'It was probably joined from several or damaged on its way: copy or download it again.',
  });
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function noArchive(file: string, cause: Error): HumanError {
  return new HumanError('this is no gzip archive', {
    place: { file },
    hint: 'If it is not compressed, take .gz off its name.',
    cause,
  });
}

function damaged(file: string, cause: Error & { code: string }, unpacked: number): HumanError {
  const what = cause.code === 'Z_BUF_ERROR' ? 'is cut off' : `is damaged (${cause.message})`;
  return new HumanError(`this gzip archive ${what}: ${count(unpacked)} bytes could be unpacked`, {
    place: { file },
    hint: 'Copy or download it again. To see what is whole: gzip -t FILE',
    cause,
  });
}
