import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { replaceFolder } from './atomic';
import { runPaths, savedModel } from './paths';

/**
 * Gives a run the model of another one, in place of its own. Both name the same files where the disk can do so, which
 * takes no room: a model's files are never changed, only replaced.
 *
 * @param from the folder of the run that has the model; without one, nothing happens
 * @throws HumanError where the disk is full, read-only or not permitted.
 */
export function shareModel(from: string, to: string): void {
  const model = savedModel(from);
  if (model === undefined) return;
  replaceFolder(runPaths(to).model, (making) => {
    for (const entry of readdirSync(model, { withFileTypes: true, recursive: true })) {
      const path = relative(model, join(entry.parentPath, entry.name));
      if (entry.isDirectory()) mkdirSync(join(making, path), { recursive: true });
      else linkOrCopy(join(model, path), join(making, path));
    }
  });
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}
