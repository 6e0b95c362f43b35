import * as vscode from 'vscode';

/** In the system's file manager; where the files are on another machine, in the explorer. */
export async function reveal(path: string): Promise<void> {
  const isElsewhere = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
  const command = isElsewhere ? 'revealInExplorer' : 'revealFileInOS';
  await vscode.commands.executeCommand(command, vscode.Uri.file(path));
}
