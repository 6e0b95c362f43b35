import * as vscode from 'vscode';
import type { TextEdit } from '../experiment/fixes';
import { HumanError } from '../protocol/human-error';
import { editorColumn } from './editor-column';
import { withoutIcons } from './plain-text';

/** How long it stands in the status bar what was done (milliseconds). */
const hintTime = 6_000;

/** Edits by offsets, as VS Code has them. */
export function workspaceEdit(
  document: vscode.TextDocument,
  edits: readonly TextEdit[],
): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, text } of edits) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, text);
  }
  return edit;
}

/**
 * Changes an experiment file in an editor, where undo takes it back, and shows the place.
 *
 * @param change gives the edits of the text as it stands in the editor
 * @param done what to say of it
 * @throws HumanError where the file can't be changed
 */
export async function editExperiment(
  file: vscode.Uri,
  change: (text: string) => Promise<readonly TextEdit[]>,
  done: (isChanged: boolean) => string,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  const edits = await change(document.getText());
  const editor = await vscode.window.showTextDocument(document, editorColumn());
  const [first] = edits;
  // Some editors say of no edit at all that they could not make it.
  if (first && !(await vscode.workspace.applyEdit(workspaceEdit(document, edits)))) {
    throw new HumanError('The experiment file could not be changed.', { place: { file: file.fsPath } });
  }
  if (first) {
    const start = document.positionAt(first.offset);
    editor.selection = new vscode.Selection(start, start);
    editor.revealRange(new vscode.Range(start, start), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
  vscode.window.setStatusBarMessage(withoutIcons(`TextClf: ${done(first !== undefined)}`), hintTime);
}
