import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ExportForm } from '../runs/model-files';
import { withCliProgress } from './cli-progress';
import type { RunTarget } from './commands';
import { exportName, formChoices, measuredText } from './model-folder';
import { pickModelRun } from './pick';
import { reveal } from './reveal';
import type { StoredRun } from './run-store';
import { accuracyText } from './run-text';
import type { Services } from './services';
import { requireTrust } from './trust';

/** Writes a run's model into a folder of its own inside a folder that the person chooses. */
export async function exportModel(services: Services, target: RunTarget | undefined): Promise<void> {
  requireTrust('exported');
  const picked = await pickModelRun(services, target, 'Export Model');
  if (!picked) return;
  const { run, model } = picked;
  const form = await pickForm(run, model);
  const parent = form && (await pickParent(run));
  if (!parent) return;
  const folder = join(parent.fsPath, exportName(run.name, form));
  const isThere = existsSync(folder);
  if (isThere && !(await mayOverwrite(folder))) return;
  const done = await withCliProgress(services, 'Exporting the model', {
    args: [
      ...['export', '--run', run.folder, '--format', form, '--output', folder],
      ...(isThere ? ['--force'] : []),
    ],
    folder: run.root,
    // A large network is converted in one piece, and what is half written is removed after it.
    patience: 60_000,
  });
  if (!done) return;
  const facts = measuredText(done);
  await services.report.info(`The model of ${run.name} is in ${folder}.${facts ? ` ${facts}` : ''}`, [
    { title: 'Reveal Folder', run: () => reveal(folder) },
  ]);
}

/** What is written; not asked where there is nothing to choose. */
async function pickForm({ record, name }: StoredRun, model: string): Promise<ExportForm | undefined> {
  const items = formChoices(model, record.model, accuracyText(record)).map(
    ({ form, title: label, size: description, detail }) => ({ form, label, description, detail }),
  );
  if (items.length === 1) return items[0]!.form;
  const picked = await vscode.window.showQuickPick(items, {
    title: `Export the Model of ${name}`,
    placeHolder: 'In which form?',
  });
  return picked?.form;
}

async function pickParent({ name, root }: StoredRun): Promise<vscode.Uri | undefined> {
  const folders = await vscode.window.showOpenDialog({
    title: `Export the Model of ${name}: Choose a Folder`,
    openLabel: 'Export Here',
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: vscode.Uri.file(root),
  });
  return folders?.[0];
}

async function mayOverwrite(folder: string): Promise<boolean> {
  const button = 'Replace';
  const detail = 'What is in it now is deleted.';
  const question = `${folder} exists already. Replace it?`;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}
