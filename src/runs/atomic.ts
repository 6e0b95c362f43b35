import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileError } from '../protocol/file-error';

/** The operating systems write at most about 2 GiB at once. */
const largestWrite = 64 * 1024 * 1024;

/**
 * Replaces a file so that readers see the old or the new content, never a part of it, and
 * so that after a power cut one of the two is there whole.
 *
 * @throws HumanError where the disk is full, read-only or not permitted.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  writeChunksAtomic(path, [bytes]);
}

/** The same for content in pieces. */
export function writeChunksAtomic(path: string, chunks: readonly Uint8Array[]): void {
  replaceFile(path, (fd) => {
    for (const chunk of chunks) writeFully(fd, chunk);
  });
}

/** As `writeFileAtomic`, for content that `write` puts into an open file piece by piece. */
export function replaceFile(path: string, write: (fd: number) => void): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    const fd = openSync(temporary, 'wx');
    try {
      write(fd);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameOver(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw fileError('writing', path, error);
  }
  syncFolder(folder);
}

/** Writes every byte: the operating system may take fewer than it is given. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.byteLength; ) {
    offset += writeSync(fd, bytes, offset, Math.min(largestWrite, bytes.byteLength - offset));
  }
}

/** Makes the names in a folder durable; Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Some network file systems refuse to sync a folder; the file itself is whole and in place.
  }
}

/** Renames a file or folder; on Windows a reader or a virus scanner can hold it for a moment. */
export function renameOver(from: string, to: string): void {
  for (let tries = process.platform === 'win32' ? 20 : 1; ; tries--) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (tries <= 1) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

/**
 * Replaces a folder by one that `fill` makes. It appears under its name only when it is whole; where the process is
 * killed in between, the old one is still there as `<folder>.old`.
 *
 * @throws HumanError where the disk is full, read-only or not permitted.
 */
export function replaceFolder(folder: string, fill: (making: string) => void): void {
  const making = `${folder}.new`;
  const old = `${folder}.old`;
  try {
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making);
    fill(making);
    // A folder cannot be renamed over one that is not empty: the old one steps aside first.
    rmSync(old, { recursive: true, force: true });
    if (existsSync(folder)) renameOver(folder, old);
    renameOver(making, folder);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    // On a full disk, what was half written would keep the room that the run's last words need.
    rmSync(making, { recursive: true, force: true });
    throw fileError('writing', folder, error);
  }
}

/** Removes a file if it can: what stays behind does no harm, and an error would hide another one. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // See above.
  }
}
