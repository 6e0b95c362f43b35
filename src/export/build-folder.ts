import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { isAlive } from '../protocol/is-alive';
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

/** Removes what exports to the same folder began, whose processes were killed. */
function removeAbandoned(target: string): void {
  const parent = dirname(target);
  if (!existsSync(parent)) return;
  const start = `.${basename(target)}.`;
  for (const name of readdirSync(parent).filter((other) => other.startsWith(start))) {
    const [, pid] = /^(\d+)-[0-9a-f]+\.part$/.exec(name.slice(start.length)) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // It may be somebody else's: what stays behind does no harm.
    }
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
  const id = `${process.pid}-${randomBytes(3).toString('hex')}`;
  const [making, old] = [beside(`${id}.part`), beside(`${id}.old`)];
  try {
    removeAbandoned(target);
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
