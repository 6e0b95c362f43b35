import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileError } from '../protocol/file-error';
import { removeQuietly } from '../runs/atomic';

/**
 * Opens a new file for writing and reading that has no name any more: however the process ends, the disk gets its room
 * back. (Windows keeps the name until the file is closed.)
 *
 * @returns its path was where it would be, for messages
 */
export function openTemporary(folder: string): { fd: number; path: string } {
  const path = join(folder, `textclf-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    const fd = openSync(path, 'wx+', 0o600);
    removeQuietly(path);
    return { fd, path };
  } catch (error) {
    throw fileError('writing', path, error);
  }
}

const forgotten = new FinalizationRegistry((fd: number) => {
  try {
    closeSync(fd);
  } catch {
    // Closed already; nothing is lost.
  }
});

/** The same object; once it is no longer used, its file is closed. */
export function closeLater<Holder extends { readonly fd: number }>(holder: Holder): Holder {
  forgotten.register(holder, holder.fd);
  return holder;
}
