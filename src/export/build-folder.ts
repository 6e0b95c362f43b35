import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { renameOver } from '../runs/atomic';
import { networkFile } from '../runs/model-files';

/**
 * Refuses a folder that is not to be replaced.
 *
 * @param force lets a folder with a model in it be replaced; no other one ever is
 * @throws HumanError
 */
export function refuseOccupied(folder: string, force: boolean): void {
  if (!existsSync(folder) || isEmptyFolder(folder)) return;
  const isModel = existsSync(join(folder, 'config.json')) && networkFile(folder) !== undefined;
  if (force && isModel) return;
  throw new HumanError(`${basename(folder)} exists already.`, {
    place: { file: folder },
    hint: isModel
      ? 'Choose another folder, or replace it: --force'
      : 'It is no folder with a model: choose another one.',
  });
}

/** Otherwise a copy would be copied into itself. */
export function refuseInside(output: string, model: string): void {
  const path = relative(resolve(model), output);
  if (path.split(sep)[0] === '..' || isAbsolute(path)) return;
  throw new HumanError("The export cannot be written into the model's own folder.", {
    place: { file: output },
    hint: 'Choose a folder elsewhere.',
  });
}

function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false;
  }
}

/**
 * Makes a folder that appears under its name only when it is whole, in place of the one that is there.
 *
 * @throws HumanError where the disk is full, read-only or not permitted; what `fill` throws
 */
export async function buildFolder(folder: string, fill: (making: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  const beside = (suffix: string) => join(dirname(target), `.${basename(target)}.${suffix}`);
  const id = randomBytes(3).toString('hex');
  const [making, old] = [beside(`${id}.part`), beside(`${id}.old`)];
  try {
    mkdirSync(making, { recursive: true });
    await fill(making);
    if (existsSync(target)) renameOver(target, old);
    renameOver(making, target);
  } catch (error) {
    if (existsSync(old) && !existsSync(target)) renameOver(old, target);
    throw fileError('writing', target, error);
  } finally {
    for (const left of [making, old]) rmSync(left, { recursive: true, force: true });
  }
}
