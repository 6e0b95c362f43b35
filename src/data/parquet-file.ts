/** A Parquet file as the library wants it, and what to say where it is none. */
import type { FileHandle } from 'node:fs/promises';
import { HumanError } from '../protocol/human-error';
import { describeFileError } from './file-problem';

/** What the library reads a file through: pieces of it, by their places. */
export async function bufferOf(file: string, handle: FileHandle) {
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    if (!(start >= 0 && start <= end && end <= byteLength))
      throw damaged(file, 'it points outside of itself');
    const bytes = new Uint8Array(end - start);
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw damaged(file, 'it has become shorter');
      done += bytesRead;
    }
    return bytes.buffer;
  };
  const { size: byteLength } = await handle.stat();
  const slice = (start: number, end = byteLength) => {
    const bytes = read(start, end).catch(async (error: unknown) => {
      throw await describeFileError(file, error);
    });
    // The library begins to read before it looks at what it has: where it gives up then, nobody awaits this.
    bytes.catch(() => {});
    return bytes;
  };
  const magic = async (start: number) => Buffer.from(await slice(start, start + 4)).toString('latin1');
  const place = { file };
  if (byteLength === 0)
    throw new HumanError('this file is empty', { place, hint: 'Copy or download it again.' });
  const start = byteLength < 12 ? '' : await magic(0);
  if (start === 'PARE') {
    throw new HumanError('this Parquet file is encrypted', {
      place,
      hint: 'Write it anew without encryption.',
    });
  }
  if (start !== 'PAR1') {
    throw new HumanError('this is no Parquet file', {
      place,
      hint: 'Leave data.format out if its extension says what it is, or set it to what it is.',
    });
  }
  if ((await magic(byteLength - 4)) !== 'PAR1') {
    throw new HumanError('this Parquet file is cut off: it ends without the list of what is in it', {
      place,
      hint: 'Copy or download it again.',
    });
  }
  return { byteLength, slice };
}

/** The library takes a file for well-formed: whatever it stumbles over is damage. */
export async function orDamaged<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HumanError) throw error;
    throw damaged(file, error instanceof Error ? error.message : String(error), error);
  }
}

export function damaged(file: string, what: string, cause?: unknown): HumanError {
  return new HumanError(`this Parquet file cannot be read: ${what}`, {
    place: { file },
    hint: 'If other programs read it, write it anew with their usual settings; otherwise copy or download it again.',
    cause,
  });
}
