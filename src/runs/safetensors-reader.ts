import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileError } from '../protocol/file-error';
import { brokenSafetensors, parseSafetensorsHeader, type SafetensorsEntry } from './safetensors-header';

/** An open file of weights, whose tensors are read one at a time. */
export interface SafetensorsFile {
  readonly path: string;
  readonly metadata: Record<string, string>;
  /** By name, in the order of their data. */
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /**
   * Fills `into` with the bytes of a tensor from its byte `from` on.
   *
   * @throws HumanError where the file has become shorter or the disk fails
   */
  read(entry: SafetensorsEntry, into: Uint8Array, from?: number): void;
  close(): void;
}

/** The length of the header, as the file begins. */
const lengthBytes = 8;
/** What the format's own library accepts; it keeps a broken length from filling the memory. */
const longestHeader = 100_000_000;
/** The operating systems read at most about 2 GiB at once. */
const largestRead = 64 * 1024 * 1024;

/**
 * Opens a file and reads its header, which is all that is in memory then.
 *
 * @throws HumanError where the file is missing or broken
 */
export function openSafetensors(path: string): SafetensorsFile {
  try {
    const fd = openSync(path, 'r');
    try {
      return describe(fd, path);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  } catch (error) {
    throw fileError('reading', path, error);
  }
}

function describe(fd: number, path: string): SafetensorsFile {
  const fileBytes = fstatSync(fd).size;
  if (fileBytes < lengthBytes) throw brokenSafetensors(path, `it has only ${fileBytes} bytes`);
  const start = Buffer.alloc(lengthBytes);
  readFully(fd, path, start, 0);
  const headerBytes = Number(start.readBigUInt64LE());
  if (headerBytes > Math.min(longestHeader, fileBytes - lengthBytes)) {
    throw brokenSafetensors(path, `its header cannot have ${headerBytes} bytes`);
  }
  const dataStart = lengthBytes + headerBytes;
  const header = Buffer.alloc(headerBytes);
  readFully(fd, path, header, lengthBytes);
  const { entries, metadata } = parseSafetensorsHeader(header, fileBytes - dataStart, path);
  return {
    path,
    metadata,
    entries: new Map(entries.map((entry) => [entry.name, entry])),
    read: ({ begin, end }, into, from = 0) => {
      if (from + into.length > end - begin) throw new Error('reading beyond the end of a tensor');
      readFully(fd, path, into, dataStart + begin + from);
    },
    close: () => closeSync(fd),
  };
}

function readFully(fd: number, path: string, into: Uint8Array, position: number): void {
  try {
    for (let done = 0; done < into.length; ) {
      const read = readSync(fd, into, done, Math.min(largestRead, into.length - done), position + done);
      if (read === 0) throw brokenSafetensors(path, 'it became shorter while it was read');
      done += read;
    }
  } catch (error) {
    throw fileError('reading', path, error);
  }
}
