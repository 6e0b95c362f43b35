import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { registerCommand } from './commands';
import type { Services } from './services';

/** The experiment of the example. */
const experimentName = 'spam.textclf.json';
const folderName = 'textclf-example';

/** Writes a small data set and an experiment that trains on it in seconds, and opens them. */
export function registerExampleWorkspace({ context, report }: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerCommand(report, 'textclf.createExample', async () => {
      const open = await emptyWorkspace();
      const target = open ?? (await pickTarget());
      if (!target) return;
      const example = vscode.Uri.file(context.asAbsolutePath(join('dist', 'example')));
      await copyInto(example, target);
      const experiment = vscode.Uri.joinPath(target, experimentName);
      if (vscode.workspace.getWorkspaceFolder(target)) await vscode.window.showTextDocument(experiment);
      else await offerToOpen(target, report);
    }),
    registerCommand(report, 'textclf.openWalkthrough', () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`),
    ),
  );
}

/** The folder that is open, if nothing is in it yet. */
async function emptyWorkspace(): Promise<vscode.Uri | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder || vscode.workspace.workspaceFolders!.length > 1) return undefined;
  const entries = await vscode.workspace.fs.readDirectory(folder.uri);
  return entries.every(([name]) => name.startsWith('.')) ? folder.uri : undefined;
}

/** File by file: copying a folder over another one would delete what is in that. */
async function copyInto(source: vscode.Uri, target: vscode.Uri): Promise<void> {
  await vscode.workspace.fs.createDirectory(target);
  for (const [name] of await vscode.workspace.fs.readDirectory(source)) {
    const from = vscode.Uri.joinPath(source, name);
    await vscode.workspace.fs.copy(from, vscode.Uri.joinPath(target, name), { overwrite: false });
  }
}

/** A new folder inside the one that the person picks. */
async function pickTarget(): Promise<vscode.Uri | undefined> {
  const [parent] =
    (await vscode.window.showOpenDialog({
      title: `The Folder to Create ${folderName} In`,
      openLabel: 'Create Example Here',
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (!parent) return undefined;
  const taken = new Set((await vscode.workspace.fs.readDirectory(parent)).map(([name]) => name));
  const names = [folderName, ...Array.from(taken, (_, i) => `${folderName}-${i + 2}`)];
  return vscode.Uri.joinPath(parent, names.find((name) => !taken.has(name))!);
}

async function offerToOpen(folder: vscode.Uri, report: Services['report']): Promise<void> {
  const actions = [
    { title: 'Open Folder', run: () => vscode.commands.executeCommand('vscode.openFolder', folder) },
    {
      title: 'Add to Workspace',
      run: async () => {
        const count = vscode.workspace.workspaceFolders?.length ?? 0;
        vscode.workspace.updateWorkspaceFolders(count, 0, { uri: folder });
        await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, experimentName));
      },
    },
  ];
  await report.info(`The example is in ${basename(folder.fsPath)}.`, actions);
}
