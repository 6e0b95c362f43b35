import * as vscode from 'vscode';

/** Where the person edits: beside the dashboard, not over it. */
export function editorColumn(): vscode.ViewColumn {
  return (
    vscode.window.visibleTextEditors.find(({ viewColumn }) => viewColumn)?.viewColumn ?? vscode.ViewColumn.One
  );
}
