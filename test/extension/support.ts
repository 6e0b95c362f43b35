/** What the suite's tests share: files of the workspace, and waiting for what comes by and by. */
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';

/** The first value that is there, asked for again and again; what is said when it never comes. */
export async function until<Value>(
  what: string | (() => string),
  value: () => Value | undefined | false | Promise<Value | undefined | false>,
  patience = 15_000,
): Promise<Value> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await value();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) assert.fail(`waited in vain: ${typeof what === 'string' ? what : what()}`);
    await setTimeout(25);
  }
}

export function workspaceFile(path: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, path);
}

export async function writeFile(path: string, content: string): Promise<vscode.Uri> {
  const uri = workspaceFile(path);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(content));
  return uri;
}

/** Writes a file and opens it as a person does: what the API opens stays open for minutes after its editor. */
export async function openFile(path: string, content: string): Promise<vscode.TextDocument> {
  const uri = await writeFile(path, content);
  await vscode.commands.executeCommand('vscode.open', uri);
  return until(`${path} in an editor`, () => {
    const document = vscode.window.activeTextEditor?.document;
    return document?.uri.toString() === uri.toString() && document;
  });
}

/** The diagnostics of a file, once they are as many as expected. */
export function settledDiagnostics(uri: vscode.Uri, count: number): Promise<vscode.Diagnostic[]> {
  return until(
    () => `${count} diagnostics in ${uri.path}, not ${describe(uri)}`,
    () => {
      const found = vscode.languages.getDiagnostics(uri);
      return found.length === count && found;
    },
  );
}

function describe(uri: vscode.Uri): string {
  return JSON.stringify(vscode.languages.getDiagnostics(uri).map(({ message }) => message));
}

export async function replaceText(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const start = document.getText().indexOf(from);
  assert.ok(start >= 0, `"${from}" is not in the document`);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, range, to);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
