import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { fileError } from '../protocol/file-error';
import { HumanError } from '../protocol/human-error';
import { savedModel } from '../runs/paths';
import type { RunTarget } from './commands';
import { knownRun, pickRun } from './pick';
import { withoutLinks } from './plain-text';
import { reveal } from './reveal';
import type { Services } from './services';

/** Copies a run's model into a folder of its own inside a folder that the person chooses. */
export async function exportModel(services: Services, target: RunTarget | undefined): Promise<void> {
  const { store, report } = services;
  const picked = await pickRun(services, target, {
    title: 'Export Model',
    filter: ({ hasModel }) => hasModel,
    none: 'There is no run with a model yet.',
  });
  if (!picked) return;
  const [parent] =
    (await vscode.window.showOpenDialog({
      title: `Export the Model of ${picked.name}: Choose a Folder`,
      openLabel: 'Export Here',
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: vscode.Uri.file(picked.root),
    })) ?? [];
  if (!parent) return;
  const folder = join(parent.fsPath, folderName(picked.name));
  if (existsSync(folder) && !(await mayOverwrite(folder))) return;
  // It may have been deleted, or have got a better model, while the person chose.
  const model = savedModel(knownRun(store, picked.folder).folder);
  if (!model) throw new HumanError(`${picked.name} has no model.`);
  if (await copyWithProgress(model, folder)) {
    await report.info(`The model of ${picked.name} is in ${folder}.`, [
      { title: 'Reveal Folder', run: () => reveal(folder) },
    ]);
  }
}

/** What every file system takes: `spam filter: v2` becomes `spam-filter-v2`. */
function folderName(name: string): string {
  const slug = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${slug.slice(0, 60) || 'model'}-model`;
}

async function mayOverwrite(folder: string): Promise<boolean> {
  const button = 'Replace';
  const detail = 'What is in it now is deleted.';
  const question = `${folder} exists already. Replace it?`;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

/** The folder appears under its name when it is whole. False: cancelled. */
function copyWithProgress(model: string, folder: string): Thenable<boolean> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true };
  return vscode.window.withProgress({ ...options, title: 'Exporting the model' }, async (progress, token) => {
    const part = `${folder}.part-${randomBytes(3).toString('hex')}`;
    const before = await identityOf(model);
    try {
      await mkdir(part, { recursive: true });
      const files = await readdir(model);
      for (const file of files) {
        if (token.isCancellationRequested) return false;
        progress.report({ message: withoutLinks(file), increment: 100 / files.length });
        await copyFile(join(model, file), join(part, file));
      }
      if ((await identityOf(model)) !== before) throw new Error('replaced meanwhile');
      await rm(folder, { recursive: true, force: true });
      await rename(part, folder);
      return true;
    } catch (error) {
      if ((await identityOf(model)) !== before) {
        throw new HumanError('The run saved a better model while this one was copied.', {
          hint: 'Export it again.',
          cause: error,
        });
      }
      throw fileError('writing', folder, error);
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  });
}

/** A run that goes on replaces its model's folder as a whole. */
async function identityOf(model: string): Promise<number | undefined> {
  return (await stat(model).catch(() => undefined))?.ino;
}
