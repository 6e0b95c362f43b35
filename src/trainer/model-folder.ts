import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileError } from '../protocol/file-error';
import { renameOver } from '../runs/atomic';

/** Has a model folder written; it appears under its name only when it is whole, in place of the one before. */
export function writeModelFolder(folder: string, write: (making: string) => void): void {
  const making = `${folder}.new`;
  try {
    rmSync(making, { recursive: true, force: true });
    mkdirSync(making);
    write(making);
    replaceFolder(making, folder);
  } catch (error) {
    // On a full disk, what was half written would keep the room that the run's last words need.
    rmSync(making, { recursive: true, force: true });
    throw fileError('writing', folder, error);
  }
}

/** A folder cannot be renamed over one that is not empty: the old one steps aside first. */
function replaceFolder(making: string, folder: string): void {
  const old = `${folder}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(folder)) renameOver(folder, old);
  renameOver(making, folder);
  rmSync(old, { recursive: true, force: true });
}
